"""How names of hosts end, so that `refund-desk.com` is a link and `prefs.js` is none."""

# General ones, in either case, and those that are kept for examples.
GENERAL = (
    "com|net|org|info|biz|edu|gov|int|mil|name|pro|mobi|app|dev|page|web|site|online|shop|store|"
    "xyz|top|club|vip|live|life|world|today|click|link|help|support|team|work|works|email|cloud|"
    "space|tech|digital|agency|company|services|solutions|finance|money|cash|bank|pay|fund|loan|"
    "win|bid|icu|cyou|rest|buzz|monster|lol|fun|pics|zone|host|website|press|news|blog|wiki|social|"
    "chat|onion|local|localhost|internal|example|invalid|test"
)
# Of countries, in small letters alone: "Ask her.It is late" has a sentence's end in it.
COUNTRIES = (
    "ac|ad|ae|af|ag|ai|al|am|ao|aq|ar|as|at|au|aw|ax|az|ba|bb|bd|be|bf|bg|bh|bi|bj|bm|bn|bo|br|bs|"
    "bt|bw|by|bz|ca|cc|cd|cf|cg|ch|ci|ck|cl|cm|cn|co|cr|cu|cv|cw|cx|cy|cz|de|dj|dk|dm|do|dz|ec|ee|"
    "eg|er|es|et|eu|fi|fj|fk|fm|fo|fr|ga|gd|ge|gf|gg|gh|gi|gl|gm|gn|gp|gq|gr|gs|gt|gu|gw|gy|hk|hm|"
    "hn|hr|ht|hu|id|ie|il|im|in|io|iq|ir|is|it|je|jm|jo|jp|ke|kg|kh|ki|km|kn|kp|kr|kw|ky|kz|la|lb|"
    "lc|li|lk|lr|ls|lt|lu|lv|ly|ma|mc|md|me|mg|mh|mk|ml|mm|mn|mo|mp|mq|mr|ms|mt|mu|mv|mw|mx|my|mz|"
    "na|nc|ne|nf|ng|ni|nl|no|np|nr|nu|nz|om|pa|pe|pf|pg|ph|pk|pl|pm|pn|pr|ps|pt|pw|py|qa|re|ro|rs|"
    "ru|rw|sa|sb|sc|sd|se|sg|sh|si|sk|sl|sm|sn|so|sr|ss|st|su|sv|sx|sy|sz|tc|td|tf|tg|th|tj|tk|tl|"
    "tm|tn|to|tr|tt|tv|tw|tz|ua|ug|uk|us|uy|uz|va|vc|ve|vg|vi|vn|vu|wf|ws|ye|yt|za|zm|zw"
)
ENDING = rf"(?:(?i:{GENERAL})|(?-i:{COUNTRIES}))"
