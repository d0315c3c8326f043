"""Words that say nobody's name, or not always."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Titles and particles, and what accounts are called: they tell nobody from anybody.
NO_NAME = _words(
    "mr mrs ms mx miss dr prof sir herr frau mme mlle m sr sra dipl ing jr ii iii phd "
    "von van der den de del della di da dos das do du la le les el al bin ibn ben zu zum zur y e "
    "und et the "
    "user users username admin administrator root guest test tester testing demo support help "
    "helpdesk service services info information contact sales mail email e-mail account accounts "
    "billing office team staff agent agents customer customers customer's client clients member "
    "members moderator mod owner manager system server bot robot api web website webmaster "
    "postmaster noreply no-reply reply nobody anonymous unknown none null name nan "
    "thunder thunderbird firefox mozilla windows linux mac apple google microsoft android outlook "
    "trash junk spam sent draft drafts archive archives com net org www http https mailto "
    "home online internet computer desktop mobile phone inbox message messages folder folders "
    "question answer problem issue error bug order orders return returns ticket tickets shop "
    "store company group people person someone somebody everyone first last yes please thanks "
    "hello new my me you your this that all any what when where why how who which can could would "
    "should must have has had was were are not but and for from with without here there now then "
    "again still back out over under so in at as we us he it is be or on of up if by go am ok no "
    "to an"
) | {""}

# Names that are words as well: replaced only where they stand as a name.
COMMON = _words(
    "dawn eve hope faith grace joy charity patience prudence mercy constance honor honour melody "
    "rose lily daisy violet iris ivy hazel holly heather poppy jasmine olive ginger rosemary basil "
    "sage fern flora ruby pearl amber jade crystal opal gold silver brown black white green gray "
    "grey blue red scarlet baker butcher carpenter cook cooper farmer fisher hunter mason miller "
    "porter potter shepherd turner weaver walker wright page bishop king prince duke knight pope "
    "young old short long little small strong wise good best rich poor noble sharp swift savage "
    "moody stern gay blunt bright day night weeks wood woods forest field fields moor hill hills "
    "mountain lake rivers brook stone stones rock sand waters bush branch reed north south east "
    "west church temple hall house park parks street bridges wells pool pond will mark bill bob "
    "rob pat sue drew grant chase chance chuck jack nick art gene guy dean earl lance max miles "
    "frank ray rusty sandy sonny stew tab tad vic wade ward ware penny peg robin dale glen heath "
    "cliff clay dusty buddy bud buck rocky sky star storm rain misty sunny brandy candy cherry "
    "honey dolly bea bee kit major general marshal judge law price cash banks bond fox wolf bear "
    "bull lamb drake crane finch swan pike case close cross curry fry gates gore hand head hook "
    "key keys lock love low lower mace mann mean means more morning moss pace pack paris london "
    "berlin sydney florence vienna china jordan georgia virginia austin dallas madison jackson "
    "lincoln post power powers read reader register rush singer snow speed stark steel true trust "
    "wall way weather wild wish worth christian summer winter autumn "
    "klein gross groß lang kurz braun schwarz weiss weiß rot koch bauer richter kaiser könig "
    "sommer herbst frei gut neu alt heute welt berg stein wald feld bach fuchs vogel hahn engel "
    "ernst heil ende kind kraft recht petit grand blanc noir rouge roy bon belle ange paz luz sol "
    "mar rosa blanca cruz rey leon flores rojo bianco rossi neri jong groot wit bakker"
)

# Words with a capital wherever they stand, so that a capital says nothing.
CALENDAR = _words(
    "april may june july august january february march september october november december "
    "sunday monday tuesday wednesday thursday friday saturday mai juni juli avril mars"
)
