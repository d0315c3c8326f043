"""What customers write who must be asked for a picture."""

DAMAGE: tuple[str, ...] = (
    "My parcel came with a dent in one corner.",
    "There are scratches all over it.",
    "The box was dented and the lantern damaged.",
    "It arrived with damage to the frame.",
    "One side is scratched.",
)
