"""The words around a letter that `parsed` understands: what makes it final, what denies it, what makes it a label.

All are written for text that `parsed.clean` has made: compatibility characters folded, mark-up gone, blanks single.
No pattern holds a repeat of a repeat over the same characters, so that each is linear in the text.
"""

import re

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Thai, kana, Han, Hangul: written without blanks, so that a letter beside them stands alone."""

IN_WORD = rf"[^\W{UNSPACED}]"
OPENING = "(\\[{<\"'“‘「『【"
CLOSING = ")\\]}>\"'”’」』】"
MARKS = "\u0300-\u036f\u20d0-\u20ff"

LETTER = re.compile(
    rf"(?<!{IN_WORD})(?<!{IN_WORD}['’&-])(?<!\b[A-Za-z]\.)(?<!°)(?<!° )"
    rf"([A-Za-z])(?!{IN_WORD}|['’&-]{IN_WORD}|\.[A-Za-z]\b|[+{MARKS}]|#(?!#))"
)
"""A letter that is no part of a word, of a contraction (`C'est`), a compound (`X-ray`) or an abbreviation (`U.S.`)."""

JOINED = re.compile(
    rf"[ ,/&|+{OPENING}{CLOSING}]*(?:(?:and|or|nor|und|oder|et|ou|y|o|e|et|и|или)\b"
    r"(?:[ ](?:also|maybe|perhaps|possibly|probably|likely|even)\b)?|还是|還是|和|或|与|と)?"
    rf"(?:[ ]?(?:option|choice|选项))?[ {OPENING}]*",
    re.IGNORECASE,
)
"""What may stand between letters that are named in one breath."""

JOINED_TEXT = re.compile(r",? (?:and|or) (?:also |maybe |perhaps |possibly |probably )?")
"""What may stand between a letter and the text of another choice, named in one breath."""

_SURELY = (
    r"(?:[ ](?:most|likely|probably|clearly|definitely|certainly|therefore|thus|indeed|obviously|simply|also|just))*"
)
_LEAD_IN = (
    r"(?:[ ]?(?:the|my|our|correct|final|best|right|option|choice|answer|is|letter|number"
    rf"|opción|opção|alternativa|letra|lettre)\b:?)*[\s{OPENING}]*"
)

_LONE_LETTER = rf"(?=[{OPENING}]*(?-i:[A-Z])[{CLOSING}]*(?:[.!;\n]|\Z))"

FINAL = re.compile(
    rf"""(?:
    (?<!wrong\ )(?<!incorrect\ )(?<!false\ )
      (?:answer|option|choice|solution|guess|prediction|conclusion|response|pick|letter)
      (?:\ (?:here|to|for|of|that|based|which)\b[^.\n]{{0,80}}?)?["'”]?\ ?
      (?:is|was|would\ be|must\ be|should\ be|will\ be|has\ to\ be|could\ be|:|=|-+>?|→|—|–){_SURELY}(?:\ ?:)?
    |\b(?:I|we)(?:['’](?:d|ll|m|ve)|\ would|\ will|\ must|\ should|\ have\ to|\ am)?
      (?:\ (?:also|just|rather|therefore|thus|finally|have|to))?{_SURELY}
      \ (?:choose|chose|pick|picked|select|selected|go(?:ing)?\ (?:with|for)|opt(?:ing)?\ for|say|guess|vote\ for
        |conclude|believe|think)
      (?:\ that)?(?:\ it(?:['’]s|\ is))?{_SURELY}(?:\ ?:)?
    |\b(?:therefore|thus|hence|in\ conclusion|to\ conclude)[,:]?
      (?:\ (?:it|this|that)(?:['’]s|\ is|\ must\ be))?{_SURELY}
    |(?:(?<=[.,;!\n]\ )|\A)so,?(?:\ it(?:['’]s|\ is|\ must\ be))?\ {_LONE_LETTER}
    |\b(?:probably|likely)\ {_LONE_LETTER}
    |\b(?:no|wait|sorry|actually|correction)[,.:!—]+(?:\ no,)?
      (?:\ (?:it|that)(?:['’]s|\ is|\ was|\ must\ be|\ should\ be|\ would\ be)
      |(?<=,)\ (?=[^.,;!\n]{{1,60}}(?:[.;!\n]|\Z))(?![{OPENING}]*[A-Z][{CLOSING}]*\ \w))
    |\\boxed\ ?|<answer>|<\|begin_of_box\|>|\#\#\#\#
    |(?:答案|最佳选项|正确选项|最佳選項|正確選項)(?:应该|应当|應該|可能|应|就)?\ ?(?:是|为|為|选|選|:|=)*
    |(?<![不勿可能别])(?:应该|應該|应当|因此|所以|[我应故就會会])?[选選](?:[择擇])?了?(?!项|項|择|擇)\ ?:?
    |(?:正解|答え|回答|解答|正しい選択肢|最適な選択肢)(?:は|:|=)?
    |(?:정답|답변|답)(?:은|는|이)?\ ?:?
    |\b(?:antwort|antwoord|lösung)(?:\ (?:ist|lautet|is|wäre))?(?:\ ?:)?(?:\ (?:die|also))?
    |\b(?:respuesta|opción|opcion)(?:\ (?:correcta|final))?(?:\ (?:es|sería)|\ ?:)(?:\ (?:la|el))?
    |\b(?:resposta|opção|alternativa)(?:\ (?:correta|certa|final))?(?:\ (?:é|seria)|\ ?:)(?-i:\ [ao]\b)?
    |\b(?:réponse|reponse)(?:\ (?:correcte|finale|exacte))?(?:\ (?:est|serait))?(?:\ ?:)?(?:\ (?:la|le)\b)?
    |\b(?:risposta|opzione)(?:\ (?:corretta|giusta|esatta))?(?:\ è)?(?:\ ?:)?(?:\ la\b)?
    |\b(?:ответ|відповідь|вариант)(?:\ (?:будет|это))?\ ?[:—–-]?
    |(?:الجواب|الإجابة|الاجابة)(?:\ (?:الصحيحة|الصحيح|النهائية))?(?:\ (?:هي|هو))?\ ?:?
    |(?:उत्तर|जवाब)(?:\ है)?\ ?:?
    |\b(?:cevap|yanıt)(?:\ şıkkı)?\ ?:?
    |(?:đáp\ án|câu\ trả\ lời)(?:\ đúng)?(?:\ là)?\ ?:?
    |\bjawaban(?:nya)?(?:\ yang\ (?:benar|tepat))?(?:\ adalah)?\ ?:?
    |คำตอบ(?:ที่ถูกต้อง)?\ ?(?:คือ)?\ ?:?
    |\bodpowiedź(?:\ to)?\ ?:?
    ){_LEAD_IN}""",
    re.IGNORECASE | re.VERBOSE,
)
"""Ends where the final answer begins."""

CONFIRMED = re.compile(
    r"(?: (?:option|choice|answer))?,? (?:is|seems|would be|must be|should be|looks)"
    r"(?: (?:the|my|our|clearly|definitely|most|single|only|likely|therefore|thus|probably|indeed))*"
    r" (?:(?:correct|right|best|answer|accurate|appropriate|suitable|probable|final)\b"
    r"|more (?:likely|plausible|probable)\b(?! (?:to|wrong|incorrect)\b))"
    r"| (?:fits|matches) (?:best|better)\b"
    r"| ?(?:选项|項|项)?(?:是)?(?:正确|正確|对的|最佳)| ?(?:が|は)(?:正解|正しい)"
    r"| (?:ist|es|est|é|è) (?:die |la |a |le )?(?:richtig|correct|corret|respuesta|réponse|resposta|risposta)",
    re.IGNORECASE,
)
"""What follows a letter and makes it final."""

DENIED_BEFORE = re.compile(
    rf"""(?:
    (?:\b(?:not|never|neither|nor|cannot|than|except|exclud(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|reject(?:|s|ed|ing)
      |rul(?:e|es|ed|ing)\ out|instead\ of|unlike|other\ than|without|discard(?:|s|ed|ing)|against|doubt
      |dismiss(?:|es|ed|ing)|(?:everything|anything|nothing|all|any)\ but)|n['’]t)
      (?:\ (?:be|it['’]s|it|choose|choosing|pick|select|do|say|go\ with|match|support|fit|necessarily|either|both|for
        |think|believe|that|like)\b)*
    |\b(?:wrong|incorrect)
    |\bnicht|\bkeine?|\bweder|\bnoch|\bno\ es|\bni|\bn['’]est\ pas|\bpas|\bnão\ é|\bnem|\bnon\ è|\bне
    |不是|不选|不選|并非|並非|排除|而非|不能选|不能選|除了
    )(?-i:\ (?:la|le|a|o|die)\b)?
    (?:\ ?(?:the|any|is|are|would\ be|correct|right|best|options?|choices?|answers?|letter|opción|opção)\b:?)*
    [\s{OPENING}]*""",
    re.IGNORECASE | re.VERBOSE,
)
"""Ends where what it denies begins."""

DENIED_AFTER = re.compile(
    r"(?: (?:option|choice|answer))?s?,? (?:"
    r"(?:is|are|was|were|seems?|looks?|appears?|must be|would be|could be|can be|has been|have been)"
    r"(?: (?:both|all|also|just|simply|the|an?|clearly|therefore|thus|obviously|definitely|probably|likely|most))*"
    r" (?:not|wrong|incorrect|inaccurate|false|out|unlikely|less|least|ruled out|eliminated|excluded|rejected|invalid"
    r"|impossible|implausible|irrelevant|contradicted|unsupported|never|to be (?:not|wrong|incorrect|false)"
    r"|tempting|distractor|trap|misleading|close second"
    r"|(?:plausible|possible|close|reasonable|appealing|likely|attractive),? but)\b"
    r"|(?:is|are|was|were|does|do|did|can|could|would|will|has|have|should)(?:n['’]t| not)\b|cannot\b"
    r"|contradicts?\b|(?:no (?:es|son)|n['’]est|não (?:é|são)|non è|не|неверн\w*|неправильн\w*)\b"
    r"|(?:es|est|é|è|ist) (?:fals|faux|incorre|inexact|errad|errat|sbagliat|falsch|nicht))"
    r"| ?(?:选项|項|项)?(?:是)?(?:不对|不對|不正确|不正確|不是|错|錯|有误|不符|不可能|排除|被排除)"
    r"| ?(?:ではな|じゃな|は違|は間違|は不正解|は誤)| ?(?:는|은|가|이) ?(?:아니|틀|오답)",
    re.IGNORECASE,
)
"""What follows letters and denies them."""

VOUCHED = re.compile(
    r"(?: (?:is|was|because|since|for|as|seems?|appears?|matches|fits|describes|shows|depicts"
    r"|has|does|moves|stays|says|refers|involves|suggests|would|should|must|correctly|best"
    r"|isn['’]t|doesn['’]t|est|ist|es la|è la"
    r"|then|and|or)\b)"
)
"""What may follow a letter that is also a word ("A", "E", "O"), for it to be the letter."""

WORD_FOLLOWS = re.compile(rf"[ ]+[{OPENING}]?[^\W\d_{UNSPACED}]")

NAMES_A_CHOICE = re.compile(
    r"\b(?:option|choice|answer|answers|options|choices|both|either|neither|opción|opção|alternativa"
    r"|reponse|réponse) ?$",
    re.I,
)
LABELS_A_THING = re.compile(
    r"\b(?:person|people|player|team|point|object|camera|vitamin|plan|type|group|part|section|room|box|cup|figure|scene"
    r"|clip|frame|video|step|building|side|letter|character|position|location|class|grade|channel|ball|cube|man|woman"
    r"|actor|speaker|door|lane|car|hepatitis|exhibit|shape|item|word|named|called|says?|marked|labell?ed) ?[\"'“‘]?$",
    re.IGNORECASE,
)
INITIAL_BEFORE = re.compile(r"\b[A-Z][a-z]+ $")

UNABLE = re.compile(
    r"\b(?:(?:i|we) (?:\w+ ){0,2}?(?:cannot|can not|can t|could not|couldn t|do not|don t|did not|didn t)"
    r"|unable to|not able to) (?:\w+ ){0,2}?(?:determine|tell|say|see|answer|identify|know|confirm|view|access|watch"
    r"|provide|verify|assist|help|have)\b"
    r"|\b(?:impossible|not possible|difficult|hard) to (?:determine|tell|say|know|identify|answer|see)\b"
    r"|\bcannot be determined\b|\bas an ai\b|\bno idea\b|\bno way to\b"
)
"""A reply that says it cannot say; for text in words, see `parsed.words`."""

_CLAUSE_BEGINS = (
    r"(?:,|but|it|he|she|they|we|i|which|that|so|because|since|as|while|instead|rather|when|before|after|until|if|though|although"
    r"|and(?! (?:(?:the|an?|to) )*\S+$))(?: |$)"
)
DENIED_WORDS = re.compile(
    r" (?:not(?! only)|\w+n t|neither(?: \S+){0,6} nor|neither|nor|never|without|except|unlike|than|instead of|cannot"
    r"|rules? out|ruled out|doubt(?:s|ed)?|hardly|no longer|opposite of"
    r"|stop(?:s|ped)?(?= \w+ing )|fail(?:s|ed)? to|refus(?:e|es|ed) to"
    r"|(?:is|was|are|were|s|has|have|had|sees?|with) no)"
    r"(?: (?:think|believe|say))?(?: that)?(?: (?:it|he|she|they))?"
    r"(?:(?: (?:a|an|the|be|being|on|in|at|to|from|any|his|her|seen|option|choice|answer|because))* \S+"
    rf"|(?: (?!{_CLAUSE_BEGINS})\S+){{1,6}})$"
)
"""Denies a text whose first word ends it: right before that, or some words before it in the same clause."""

DENIES_WORDS = re.compile(
    r" (?:(?:is|was|are|were|seems|appears|would be|must be) (?:not|wrong|incorrect|false|unlikely|ruled out)"
    r"|(?:is|was|does|did|ca)n? t|doesn t|isn t|wasn t|didn t|does not|did not|cannot|can be ruled out) "
)

CONDITION = re.compile(
    r"(?<!\bas )(?<!\beven )\b(?:if|unless|otherwise|or else)(?! (?:I|we|you|one|forced|pressed|asked|had|any\w*)\b)"
    r" ((?:(?! then\b)[^,;.\n]){1,80})",
    re.IGNORECASE,
)
"""A condition that is not about the speaker; group 1 is what it hangs on."""

ASKS = re.compile(
    r"[^\w]*(?:is|isn|are|was|were|does|did|do|can|could|would|should|will|has|have|what|which|who|where|when|why|how)\b",
    re.IGNORECASE,
)
TAG_QUESTION = re.compile(
    r", (?:(?:right|correct|no|yes|ok|okay)$|(?:is|was|does|did|do|are|has)(?:n['’]t| not)? "
    r"(?:it|he|she|they|that|this|there|you)\b[^,]*$)",
    re.IGNORECASE,
)
AFFIRMED = re.compile(r"\W{0,4}(?:yes|yeah|yep|indeed|correct)\b", re.IGNORECASE)
"""What follows a question and makes its choice an answer."""

RETRACTED = re.compile(
    r"[.!,;\n][ \n]?(?:oh |hmm |hm )?(?:no|wait|sorry|never ?mind|scratch that)\b"
    r"(?:[,. !]{1,4}(?:no|wait|sorry|not)\b){0,4}[.! ]*\Z",
    re.IGNORECASE,
)
"""Ends a reply by taking back what it said."""
