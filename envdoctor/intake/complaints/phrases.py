"""Words that several ideas share: names of cards, several GPUs, slower, no faster."""

from __future__ import annotations

CARD = (
    r"(?:(?:k80|m40|m60|p4|p40|p100|v100|t4|a10|a30|a40|a100|a6000|h100|h200|l4|l40s?|b200)s?|(?:rtx|gtx) ?(?:a"
    r"|pro )?\d{3,4}s?|\d{4} ?ti|titans?(?: \w{1,2})?|geforce|quadro|tesla|dgx)"
)
GPU = rf"(?:gpus?|(?:graphics |video )cards?|cards?|cuda|mps|{CARD})"
MANY = (
    r"(?:(?:[2-9]|\d\d|two|three|four|six|eight|both|several|more|multiple|multi|all|n)[- ]?(?:x )?"
    rf"(?:\w+[- ]){{0,2}}?(?:gpus?|cards?|devices|{CARD})\b|multi[- ]?gpus?\b"
    r"|(?:adding|add|added) (?:more )?(?:gpus|cards)\b|(?:second|another) (?:gpu|card))"
)
ONE = r"(?:(?:one|1|single|only one|just one|a single|1x)[- ]?(?:x )?(?:\w+[- ]){0,2}?(?:gpu|card|device|process)\b)"
LONGER = (
    r"(?:(?:much|far|way|even|a lot|lots|significantly|considerably|drastically|noticeably|slightly|many|several"
    r"|two|three|four|five|six|ten|\d+(?:\.\d+)?|twice) ?(?:x|times|fold|%)? ?(?:as )?)?(?:slower|longer|worse"
    r"|more time|slow\b|as long\b)"
)
NO_FASTER = (
    r"(?:no faster|not (?:any |much |really )?faster|isn'?t (?:any |much )?faster|aren'?t (?:any |much )?faster"
    r"|no (?:\w+ ){0,2}(?:speed[- ]?ups?|gain|improvement|benefit|acceleration|difference|advantage)|(?:does|do"
    r"|did|is|are|was)(?:n'?t| not) (?:\w+ ){0,2}(?:help|scale|speed|improve|accelerate|increase|faster)\w*"
    r"|barely|hardly|the same (?:time|speed|throughput)|same (?:training )?(?:time|speed) "
    r"|same as (?:with )?(?:one|1|a single)|(?:gives?|gains?|brings?|buys?) (?:me |us )?nothing|unchanged"
    r"|halv(?:es|ed|ing)|stays? the same|(?:gives?|gain|only|just|at most)\b.{0,12}?\b1\.[0-4]\d*(?: ?(?:-"
    r"|to) ?1\.\d+)? ?(?:x|times)|(?:time|speed|rate|throughput) (?:does|do|did)(?:n'?t| not) change|(?:poor|bad"
    r"|terrible|no|low|weak) scaling|without (?:any )?(?:speed[- ]?ups?|gain|improvement|acceleration)|(?:cannot|can'?t"
    r"|couldn'?t) (?:speed up|accelerate)|(?:instead of|rather than) (?:faster|speeding|getting faster"
    r"|being faster))"
)
