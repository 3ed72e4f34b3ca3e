"""Words for slowness, for a GPU that is idle, and for what is no complaint.

Every pattern looks at one sentence; its gaps are bounded, so its time is too.

Sources: the words of PyTorch's documentation (tuning guide, CUDA semantics) and of public questions about slow runs.
"""

from __future__ import annotations

from envdoctor.intake.complaints.phrases import GPU, LONGER, NO_FASTER

SLOW = (
    r"(?<!not )(?<!n't )(?<!no longer )(?<!learn )(?<!learns )(?<!--)(?<!_)\bslow(?:er|ly|ing|ness|s|ed"
    r"|est)?\b(?!fast| tokenizer| image| tests?\b| path\w*| learning rate|[-_]motion| moving)|\bcrawl(?:s|ing)?\b"
    r"|\bsluggish\b|\btak(?:es?|ing) (?:[a-z.]+ ){0,5}(?:longer|long|ages|forever|minutes|hours|days|weeks)\b"
    r"|\btook (?:\w+ ){0,4}(?:longer|long|ages|forever)\b|\btakes? (?:about |around |over |up to |roughly "
    r"|almost |more than )?\d+(?:\.\d+)?x? ?times\b|\bbottleneck\w*|\b(?:bad|poor|terrible|low|worse|horrible"
    r"|degraded|awful) (?:\w+ )?(?:performance|throughput|speed)\b|\b(?:performance|throughput|speed|fps) (?:is "
    r"|was |gets? |has )?(?:\w+ ){0,2}(?:bad|poor|terrible|low|worse|drop\w*|degrad\w*|halv\w*|decreas\w*"
    r"|suffer\w*)|\bslow[- ]?down\b|\b(?:drop|decrease|loss|degradation|hit) (?:in|of) (?:\w+ )?(?:performance"
    r"|throughput|speed|fps)\b|\b(?:huge|large|big|massive|high|significant|much|heavy"
    r"|enormous) (?:\w+ )?(?:overhead|latency|delay)\b|\bdominat\w+\b|\bkills? (?:the )?performance\b|\b(?:halves"
    r"|halved|halving|cuts|reduces|lowers|hurts|degrades|decreases|drops|ruins) (?:\w+ ){0,3}(?:speed|throughput"
    r"|performance|fps|rate)\b|\b(?:rate|speed|throughput|fps) (?:\w+ )?(?:halves|halved|is halved|drops)\b"
    r"|\b\d+(?:\.\d+)? ?x? times (?:less|fewer|lower|longer)\b|\b(?:hangs?|freezes|stuck|pauses?|waits?"
    r"|blocks) (?:for )?(?:\w+ ){0,3}(?:minutes?|seconds?|hours?|min|secs?|s)\b|\bslowest\b|\b(?:costs?|eats?"
    r"|loses?|takes?) (?:\w+ ){0,3}?(?:third|half|quarter|fifth|\d+ ?%) of\b|\b\d+(?:\.\d+)? ?(?:ms|s|sec|seconds"
    r"|min|minutes|h|hours)?(?: (?:per|an?) \w+)? (?:instead of|against|rather than|versus|vs\.?|compared (?:to"
    r"|with)) (?:\w+ )?\d+(?:\.\d+)? ?(?:ms|s|sec|seconds|min|minutes|h|hours)\b|\b\d+(?:\.\d+)?x slow\w*"
    r"|\b(?:doubles|triples|quadruples) (?:\w+ ){0,3}(?:time|duration|latency)\b|\b\d{2,} ?h(?:ours)? (?:per|an"
    r"|each) epoch\b"
)
OPERATOR = (
    r"\b(?:torch\.)?(?:linalg|svd|eigh?|sort|argsort|topk|unique|cumsum|cumprod|scatter\w*|gather|index_\w+"
    r"|einsum|bincount|histc|grid_sample|conv_?transpose\w*|interpolate|fft|qr|cholesky|inverse|solve|lstsq"
    r"|nonzero|searchsorted|embedding_bag|repeat_interleave|grouped conv\w*|depthwise\w*|conv3d|sparse"
    r"|softmax kernel|multinomial|quantile|median|roll|unfold|fold|clamp|cat|stack|randperm|kthvalue|operators?"
    r"|ops?|kernels?)\b"
)

IDEAS: dict[str, str] = {
    # --- what is no complaint ---
    "wish": (
        r"^#? ?(?:\[?(?:feature|rfc|proposal|doc|docs|documentation|enhancement)\b|.{0,40}\b(?:feature request|"
        r"typo)\b)"
    ),
    "asked": (
        r"^[#\s]*(?:how (?:many|much|can|do|does|to|should|would|large|big)\b|what (?:is|are|would|should) (?:a "
        r"|the )?(?:good|best|right|optimal|recommended|difference|fastest|meaning)|which\b|should (?:i|we|one)\b"
        r"|can (?:i|we|you|it)\b|is (?:it|there) (?:possible|a way|any way|better|worth)|(?:has|did|does"
        r"|do) (?:any(?:body|one)|somebody|you)\b|any (?:\w+ )?(?:way|idea|hints?|tips?|advice|suggestions?)"
        r"|please (?:add|support|document)|.{0,60}\b(?:whether|wonder\w*|would be (?:nice|great|good|useful)"
        r"|it would|would (?:speed|slow|make|be faster))\b)|\bif (?:you|one|someone) (?:use|set|have|want"
        r"|need)s?\b|\b(?:might|may|could|can) be (?:\w+ )?(?:slow|fast)\w*|\bi (?:have |'ve )?(?:read|heard)\b"
        r"|\b(?:docs?|documentation|tutorial|paper|people|article|blog) (?:say|says|claims?|states?)\b"
    ),
    "release": (
        r"\b(?:slower|slow\w*|regress\w*|faster|longer|worse|increas\w+|performance) .{0,60}\b(?:than|since|after"
        r"|from|in|with|on|compared (?:to|with)|between|vs\.?) (?:\w+ ){0,4}v?\d{1,2}\.\d{1,2}(?:\.\d+)?(?:rc\d"
        r"|\.post\d)?\b(?! ?(?:s|ms|sec|seconds|it/s|min|minutes|h|hours|x|GB|gb|GiB|%|img|fps|k|M|W|ghz|GHz)\b)"
        r"|\b(?:performance|perf|speed|memory) regression\b|\bregression (?:in|since|from|between)\b"
        r"|^[#\s\[]*regression\b|\b(?:upgrad\w+|updat\w+|switch\w*|migrat\w+) (?:\w+ ){0,3}(?:to|from) (?:\w+ )"
        r"{0,2}v?\d|\bnightl(?:y|ies)\b|\b(?:newer|older|previous|latest|new|old|earlier|last) (?:pytorch |torch "
        r"|cuda )?(?:version|release)s?\b"
    ),
    "learns slowly": (
        r"\b(?:loss|accuracy)\b .{0,20}?\bslowly|\b(?:converg|learn|improv|decreas)\w* (?:\w+ )?slow(?:ly|er)?\b"
        r"|\bslow\w* (?:\w+ )?(?:learn|converg)\w*"
    ),
    "nan in data": (
        r"\b(?:data ?sets?|data|inputs?|targets?|labels?|columns?|features?)\b .{0,20}?\bnans?\b"
        r"|\bmissing values\b|\bnan values in\b"
    ),
    "denied": (
        r"\b(?:it|that|this) (?:is not|isn'?t)[.!]*$|\b(?:is not|isn'?t|not) (?:the |a )(?:bottleneck|problem"
        r"|cause|reason|culprit|slow part)\b"
    ),
    "installing": (
        r"\bpip3? install\b|\bpip\b|\bconda\b|\bbuild(?:s|ing)? (?:of|from|wheels?|the)\b|\bnvcc\b"
        r"|\bninja\b|\bcmake\b|\bMAX_JOBS\b"
        r"|\bsetup\.py\b|\bwheels?\b|\bdownload\w*|\binstall\w*|\bimport(?:s|ing)? torch\b"
    ),
    "building": r"\bbuild(?:s|ing)? (?:of|from|wheels?)\b|\bnvcc\b|\bninja\b|\bMAX_JOBS\b|\bbuilding wheel\b",
    "stock": r"may be a bottleneck\b|consider increasing the value of the|might get dataloader running slow",
    "sound": (
        r"\bjust works\b|\bworks? (?:fine|well|great|perfectly)\b|\beverything (?:is )?fast\b|\b(?:no longer|not"
        r"|isn'?t|wasn'?t) (?:\w+ )?slow\w*\b|\bspeed[- ]?up of \d|\bspeeds? (?:it |things )?up (?:by|to)\b"
        r"|\b(?:is|are|was|were|looks?) (?:\w+ )?(?:fine|okay|ok|normal)\b(?! with| when| if| without)"
    ),
    # --- slowness ---
    "slow": SLOW,
    "no faster": NO_FASTER,
    "faster without": (
        r"\b(?:faster|speeds? up|quick(?:er)?|fast|fine|normal)\b.{0,60}\b(?:without|if i (?:remove|disable|turn)"
        r"|when i (?:remove|disable|turn|comment))|\b(?:without|remov\w+|disabl\w+|turn\w* off|comment\w* out"
        r"|set\w* (?:it )?to false)\b.{0,60}\b(?:faster|speeds? up|quick(?:er)?|fast|fixes|solves|normal)\b"
        r"|\bfix(?:es|ed) (?:it|this|that)\b"
    ),
    "spends": (
        r"\b(?:most|majority|bulk|much|lots?|\d{2}(?:\.\d+)? ?percent|half|large part|two thirds?"
        r"|\d{2}(?:\.\d+)? ?%)(?!\w).{0,20}\b(?:of )?(?:the |its |my |each |every |total |training "
        r"|step )*\b(?:time|duration|runtime|step|iteration|epoch)\b|\b(?:time|seconds|ms)\b (?:is |are |was "
        r"|were |it )?(?:\w+ )?(?:spent|goes|wasted|consumed|taken|lost)\b|\bwait(?:s|ing|ed)? (?:for|on)\b"
        r"|\bblock(?:s|ed|ing) (?:on|in|at|for)\b|\bstall\w*\b"
    ),
    "slower each step": (
        r"\b(?:each|every) (?:\w+ )?(?:epoch|iteration|step|batch)\b.{0,25}\b(?:longer|slower)\b (?:and (?:longer"
        r"|slower)\b|than the (?:last|previous|one before))|\b(?:slower|longer)\b.{0,20}\b(?:with|at|on"
        r"|after) (?:each|every) (?:\w+ )?(?:epoch|iteration|step|batch)\b|\b(?:time"
        r"|seconds)\b .{0,30}\b(?:increas\w+|grow\w*|ris(?:es?|ing)|climb\w*)\b.{0,40}\b(?:each|every|linear\w*"
        r"|with (?:the )?(?:number of )?(?:iterations?|epochs?|steps?))"
    ),
    "takes long": r"\b(?:takes?|took|needs?) (?:\w+ ){0,4}?(?:\d{3,5}|[3-9]\d)(?:\.\d+)? ?(?:s|secs?|seconds)\b",
    "epoch": r"\bepochs?\b",
    "costs": (
        r"\b(?:takes?|took|taking|costs?|needs?|requires?|eats?|consumes?|spends?|adds?"
        r"|is) (?:\w+ ){0,4}?~?\d+(?:\.\d+)?(?: ?- ?\d+(?:\.\d+)?)? ?(?:ms|milliseconds|s|secs?|seconds|min"
        r"|minutes|h|hours|%|percent)(?!\w)"
    ),
    "starts late": (
        r"\b(?:pauses?|delays?|gaps?|waits?|breaks?|stalls?|idle)\b.{0,30}?\b(?:between (?:the |two )?(?:\w+ )?epochs\b"
        r"|(?:at the (?:start|beginning|end) of|before|after) (?:each|every) (?:\w+ )?epoch\b)"
        r"|\b(?:each|every|new|next) epoch (?:\w+ ){0,3}(?:to start|(?:starts?|begins?) (?:slowly|late|with))"
    ),
    "to the gpu": (
        rf"(?:\b(?:mov|copy|transferr?|send|load|put|push)\w* (?:\w+ ){{0,5}}(?:to|onto|on|into) (?:the |a "
        rf"|my )?{GPU}\b|\.cuda\(\)|\.to\(['\"`]?(?:cuda|device)).{{0,40}}?\b"
        r"(?:minutes?|min|hangs|forever|ages|\d{2,4} ?(?:s|sec|seconds))\b"
    ),
    "ever slower": (
        r"\b(?:(?:gets?|getting|becomes?|becoming|goes|runs?|slows?|went|grows?) (?:\w+ ){0,3}(?:slower|longer"
        r"|down)(?: and (?:slower|longer))?|slow(?:s|ing|ed)? down|slower and slower|longer and longer|(?:takes?"
        r"|taking) (?:longer|more time) (?:and longer |than the (?:previous|last|one))?)\b.{0,50}\b(?:over time"
        r"|gradually|progressively|steadily|(?:with|at|on|in|after) (?:each|every)|each (?:epoch|iteration|step"
        r"|batch|time)|every (?:epoch|iteration|step|batch)|continu\w+|linear\w*|as (?:the )?training"
        r"|after (?:a (?:few|while)|some|several|many|\w+ (?:hours|epochs|iterations|steps))|more and more)"
        r"|\b(?:each|every) (?:\w+ )?(?:epoch|iteration|step|batch)\b.{0,20}\b(?:longer and longer"
        r"|slower and slower|longer than the|slower than the)|\b(?:slower and slower|longer and longer)\b"
        r"|\b(?:gradual\w*|progressive\w*|steadi\w*) .{0,30}\b(?:slow\w*|longer)|\b(?:time"
        r"|seconds)\b .{0,30}\b(?:increas\w+|grow\w*|ris(?:es?|ing)|climb\w*)\b.{0,40}\b(?:each|every|linear\w*"
        r"|over time|with (?:the )?(?:number of )?(?:iterations?|epochs?|steps?)|gradually|steadily)"
    ),
    # --- the device ---
    "gpu idle": (
        rf"\b{GPU}\b(?! nodes?\b| jobs?\b) (?:\w+ ){{0,5}}?(?:(?:\w+ )?low(?: \w+)? (?:use|usage|utili[sz]ation"
        rf"|load)|both low|starved|starving|idle|idles|idling|hungry|waits?|waiting|does nothing|do nothing)\b"
        rf"|\b{GPU}\b.{{0,30}}?(?<![\d.])(?:[0-3]?\d)(?:\.\d+)? ?(?:-|to|\u2013) ?[0-4]?\d ?(?:%|percent)|"
        r"\b(?:gpu|cuda|volatile|sm|card)\w*[- ]?(?:util\w*|usage|load|activity|occupancy"
        r"|use)\b.{0,50}?(?:\b(?:low|lower|poor|bad|tiny|idle|drops?|dropp\w+|fluctuat\w+|jump\w*|oscillat\w+"
        r"|spik\w+|bursts?|unstable|zero|near 0|not (?:full|fully|high)|never)\b"
        r"|(?<![\d.])(?:[0-4]?\d)(?:\.\d+)? ?(?:%|percent))|\b(?:low|poor|bad|tiny|little|unstable|fluctuating"
        r"|0 ?%|zero) (?:\w+ ){0,2}(?:gpu|cuda|volatile)[- ]?(?:util\w*|usage|load)|\b(?:gpus?|cards?"
        r"|volatile gpu)\b(?! nodes?\b) (?:\w+ ){0,4}(?:idle|idles|idling|starv\w+|wait(?:s|ing)|under-?(?:used"
        r"|utili[sz]ed)|(?:hardly|barely|not(?: fully)?|rarely) (?:used|utili[sz]ed|busy|loaded|working))"
        r"|\bgpus?\b.{0,30}?(?<![\d.])(?:[0-3]?\d)(?:\.\d+)? ?(?:-|to|\u2013) ?[0-4]?\d ?(?:%|percent)"
        r"|(?<![\d.])(?:[0-4]?\d)(?:\.\d+)? ?(?:%|percent) (?:\w+ ){0,3}(?:gpu|cuda)?[- ]?util\w*"
        r"|\bunder-?util\w+"
        rf"|\b{GPU}\b (?:\w+ ){{0,2}}(?:drops?|falls?|goes) to (?:0|zero)"
        rf"|\bnvidia-smi\b.{{0,15}}?(?<![\d.])[0-4]?\d ?%"
    ),
    "cpu full": (
        r"\b(?:cpus?|cores?|processors?|htop|top)\b.{0,50}?(?:\b(?:full|fully|max\w*|pinned|saturated|high"
        r"|busy)\b|(?<!\d)(?:9\d|[1-9]\d\d+) ?(?:%|percent))|\bcpu[- ]bound\b"
    ),
    "gpu loses": (
        rf"\b{GPU}\b.{{0,90}}?\b(?:{LONGER}|{NO_FASTER})\b.{{0,60}}?\b(?:than|as|over|to|against|compared|vs\.?"
        rf"|versus)\b.{{0,40}}?\b(?:cpus?|processor|numpy)\b|\b(?:slower|longer|more time|worse"
        rf"|slow) (?:\w+ ){{0,4}}(?:on|with|using|in) (?:\w+ ){{0,3}}{GPU}\b.{{0,40}}?\b(?:than|compared"
        rf"|vs)\b.{{0,30}}?\b(?:cpus?|processor|numpy)\b|\b(?:cpus?|processor|numpy)\b.{{0,60}}?\b(?:faster"
        rf"|quicker|less time|outperform\w*|beats)\b.{{0,40}}?\b{GPU}\b"
        r"|\b(?:faster|quicker) (?:when |if )?(?:on|with|using) (?:the |my |a |its )?(?:cpu|processor)\b"
        r"|\bslower (?:on|with|using) (?:the |my |a )?(?:gpu|cuda)\b(?! ?\d)"
        rf"|\b{GPU}\b.{{0,40}}?\bsame as (?:on |with )?(?:my |the )?cpu\b"
    ),
    "operator": OPERATOR,
    "small": (
        r"\b(?:small|tiny|little|simple|toy|shallow|minimal|mini|lightweight)(?:er)? (?:\w+ ){0,3}(?:regressions?"
        r"|problems?|tasks?|functions?|agents?|models?|nets?|networks?|mlps?|nn|cnns?|rnns?|lstms?|batch\w*"
        r"|tensors?|matri\w+|data ?sets?|inputs?|perceptron|example|layers?)\b|\bbatch[ _-]?size\b ?(?:=|of|is|:"
        r"|was)? ?(?:[1-8]|one|two|four)(?![\d.])|\bbatch(?:es)? of (?:[1-8]|one|two|four)(?!\d)|\b(?:one|two"
        r"|three|2|3|single)[- ](?:hidden )?layers?\b|\b(?:8|10|16|20|32|50|64|100|128) (?:hidden )?(?:units"
        r"|neurons|nodes)\b|\bmlp\b|\bperceptron\b|\blinear regression\b|\blogistic regression\b|\b(?:iris|xor"
        r"|cartpole|boston housing)\b|\b(?:agent|ppo|dqn|reinforcement|actor[- ]critic|a2c|sac)\b"
        r"|\b\d{1,2} ?[x*] ?\d{1,2}\b(?! ?(?:gpu|a100|v100|rtx|gtx|card))|\bone (?:sample|sequence|image|step|row"
        r"|item) (?:at a time|per step)\b|\bhidden (?:size|dim\w*|units?)(?: of| =)? \d{1,3}\b"
        r"|\b\d{1,4} parameters\b|\bnn\.Linear\(\d{1,2}, ?\d{1,3}\)"
    ),
}  # fmt: skip
"""Idea → regular expression, whatever the case."""
