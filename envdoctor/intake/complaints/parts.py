"""Words for the parts of a run: its loader, reading results, precision, flags, threads, first steps, GPUs, recipe.

Every pattern looks at one sentence; its gaps are bounded, so its time is too.

Sources: names in PyTorch, cuDNN, NCCL and their documentation (tuning guide, notes on AMP, DDP and CPU threading),
and the words of public questions about slow runs.
"""

from __future__ import annotations

from envdoctor.intake.complaints.phrases import GPU, LONGER, MANY, NO_FASTER, ONE

AMP = (
    r"\bautocast\b|\bamp\b|\bapex\b|\bmixed[- ]?precision\b|\bfp16\b|\bhalf[- ]?precision\b|\bfloat16\b"
    r"|\b16[- ]?bit\b|\.half\(\)|\bbf(?:loat)?16\b|\bgrad ?scaler\b|\bhalf\(\)|\bprecision ?= ?['\"]?16|\b(?:in"
    r"|with|to|use|using|of) half\b(?! (?:of|the|an?|as|hour|way|time|minute|speed))"
)
EACH = (
    r"\b(?:each|every|per|after (?:each|every)|at (?:each|every)|in (?:each|every)) (?:\w+ ){0,2}(?:steps?"
    r"|iterations?|batch(?:es)?|mini-?batch|epoch|loop|forward|frame|call|update)\b"
    r"|\binside (?:of )?the (?:training )?loop\b|\bin the (?:training |inner )?loop\b"
)
WORK = (
    r"\b(?:validat|evaluat)\w*|\bcheckpoint\w*|\btorch\.save\b|\bsav\w+ (?:\w+ ){0,3}(?:model|weights|state"
    r"|images?|checkpoint)\b|\bstate_dict\b|\bplot\w*|\bplt\.|\bmatplotlib\b|\bhistograms?\b|\b(?:comput|calculat"
    r"|updat)\w+ (?:\w+ ){0,3}(?:metrics?|accuracy|f1|auc|map|confusion|statistics?|iou)\b|\btorchmetrics\b"
    r"|\bconfusion matrix\b|\bdeep ?copy\b|\bempty_cache\b|\bgc\.collect\b|\bset_detect_anomaly\b"
    r"|\bdetect_anomaly\b|\bprofiler (?:is |was )?(?:on|enabled|running)\b|\bclear\w* the cache\b|\bwandb\b"
    r"|\btensorboard\b|\badd_(?:histogram|image)\b|\blogging\b|\bwrit\w+ (?:\w+ ){0,3}(?:to disk|log)\b"
)
WORK_EACH = rf"(?:{WORK}).{{0,60}}?(?:{EACH})|(?:{EACH}).{{0,60}}?(?:{WORK})"

IDEAS: dict[str, str] = {
    # --- parts of the run ---
    "loader": (
        r"\bdata ?loaders?\b|\bdata[- ]?(?:loading|load|fetch\w*|pipeline|prep\w*|time|reading|input|ingest\w*"
        r"|iterat\w+|generator)\b|\b(?:load|read|fetch|decod|augment|preprocess|collat|transform"
        r"|prefetch)\w*(?: of)? (?:\w+ ){0,3}(?:data|images?|jpe?gs?|batch(?:es)?|files?|samples?|dataset|videos?"
        r"|audio|frames?)\b|\b(?:augmentations?|random crops?|colou?r jitter|decoding|collate_fn|__getitem__"
        r"|_next_data|prefetch\w*)\b|_?(?:MultiProcessing|SingleProcess)DataLoaderIter|\bnum_?workers?\b"
        r"|\b(?:input|image|data) pipeline\b|\bloader\b|\b(?:for|the) data (?:from|to arrive)\b|\bdata_time\b"
        r"|\bwait\w* (?:for|on) (?:the |more |next )*(?:\w+ )?(?:data|samples?|batch(?:es)?|images?|inputs?"
        r"|loader|workers)\b"
    ),
    "storage": (
        r"\b(?:hdd|nfs|hard (?:disk|drive)|network (?:drive|share|disk|storage|file)|disk (?:i/?o|reads?|access)"
        r"|i/?o (?:bound|wait)|lustre|s3 bucket|spinning disk|google drive|h5py|hdf5|lmdb)\b"
    ),
    "sync": (
        r"\bread\w* (?:out )?(?:the |a )?loss\b|\bto numpy\b|\bcheck\w* (?:for |the loss for )?(?:nans?|inf)\b"
        r"|\.item\b|\bitem\(\)|\.cpu\(\)|\.numpy\(\)|\.tolist\(\)|cudaStreamSynchronize|cudaDeviceSynchronize"
        r"|_local_scalar_dense|cudaMemcpy\w*|\bsynchroni[sz]\w+(?! ?bn| ?batch)|\bprint\w* (?:\w+ ){0,3}loss\b"
        r"|\bloss (?:each|every) (?:step|iteration|batch)|\b(?:device[- ]to[- ]host|gpu[- ](?:to|->)[- ]cpu|dtoh"
        r"|d2h)\b|\bmov\w+ (?:\w+ ){0,3}to (?:the )?cpu\b|\bcop(?:y|ies"
        r"|ying) (?:\w+ ){0,4}(?:back )?to (?:the )?(?:cpu|host)\b|\bif (?:loss|torch\.isnan)\b|\btorch\.isnan\("
        r"|\.nonzero\(\)|\bpostfix\b"
    ),
    "syncs": (
        r"\b(?:implicit\w*|silent\w*|hidden|unexpected\w*|unnecessary|needless\w*|unwanted|many|too many"
        r"|\d+) (?:\w+ ){0,2}?synchroni[sz]\w+|\bsynchroni[sz]\w+ (?:\w+ )?(?:silently|implicitly|unexpectedly"
        r"|needlessly)\b|\bsynchroni[sz]\w+ .{0,30}?\b(?:each|every|per) (?:step|iteration|batch|call)\b"
    ),
    "amp": AMP,
    "amp on": rf"(?<!no )(?<!without )(?<!not )(?<!w/o )(?:{AMP})",
    "nan": (
        r"\bnans?\b|\binvalid value encountered in (?:cast|multiply|divide)|\bblack (?:\w+ )?(?:images?|outputs?"
        r"|pictures?|screen)\b|\binf(?:inite|inity)?\b(?! loop)|\boverflow\w*\b(?! error)|\bdiverg\w+"
    ),
    "flag": (
        r"\bwith(?:out)? (?:cudnn )?benchmark\b|\balgorithm (?:search|selection)|cudnn[. _](?:benchmark|search)"
        r"|\bbenchmark ?= ?(?:true|false|1|0)\b|\bbenchmark (?:mode|flag)\b|cudnn[. _](?:auto[- ]?tun\w+|find"
        r"|heuristic\w*|deterministic)|\bdeterministic(?:_algorithms)?\b|use_deterministic_algorithms"
        r"|\bcudnn\.enabled\b"
    ),
    "tf32": r"\btf32\b|\btensor ?float[- ]?32\b|allow_tf32|set_float32_matmul_precision",
    "shapes vary": (
        r"\b(?:(?:vari(?:able|ous|es|ed)|varying)|different|dynamic|changing|random"
        r"|changes?) (?:\w+ ){0,3}(?:lengths?|sizes?|shapes?|resolutions?)\b|\b(?:lengths?|sizes?|shapes?"
        r"|resolutions?)\b.{0,20}\b(?:vary|varies|changes?|differ(?:s|ent)?|is dynamic)\b|\b(?:every"
        r"|each) new (?:\w+ )?(?:shape|length|size|resolution)"
    ),
    "cpu against gpu": rf"\bcpus?\b.{{0,50}}?\b{GPU}\b|\b{GPU}\b.{{0,50}}?\bcpus?\b",
    "inexact": (
        r"\b(?:results?|outputs?|values?|matmul|products?|float32|errors?|accuracy|numbers?"
        r"|products?)\b.{0,60}\b(?:differ\w*|off by|less (?:precise|accurate)|inaccurate|imprecise|mismatch\w*"
        r"|larger error|wrong by|deviat\w+)\b|\b(?:precision|numerical|accuracy) (?:loss|issues?|errors?"
        r"|differences?|problem)\b|\b1e-[1-4]\b|\b(?:low|reduced|lost|loss of|lower"
        r"|losing) (?:numerical )?precision\b|\bonly (?:\w+ ){0,2}(?:accurate|correct|exact)\b|\b\d digits\b"
    ),
    "ampere": r"\b(?:ampere|a100|a10|a40|a6000|a30|h100|rtx ?30\d\d|rtx ?40\d\d|rtx ?50\d\d|3090|3080|3070|4090|ada)\b",
    "threads": (
        r"\b(?:OMP|MKL|OPENBLAS|NUMEXPR)_NUM_THREADS\b|set_num_(?:interop_)?threads|get_num_threads|\b(?:too many"
        r"|number of|num(?:ber)? of|more|many|all|cpu|intra[- ]?op|inter[- ]?op|one|single|\d+|openmp|omp|mkl"
        r"|fewer|worker) threads?\b|\boversubscri\w+|\bthread (?:count|pool|contention)|\bthreads? (?:compet"
        r"|contend|fight)\w*|\b\d+ threads\b|\bonly (?:uses? )?(?:one|1|a single) (?:cpu )?core\b|\bnproc\b"
        r"|\btaskset\b|\bhyper-?thread\w*"
    ),
    "cpu limit": (
        r"\bcpu (?:limit|quota)s?\b|\bcgroups?\b|\bcpu_(?:limit|quota)\b|\b(?:limit(?:ed|s)?"
        r"|quota)\b.{0,15}\b(?:to |of )?(?:\w+ )?(?:cpus?|cores?)\b|\blimited (?:pod|container)s?\b|\bcpuset\b"
    ),
    "pod": r"\bpods?\b|\bcontainers?\b|\bkubernetes\b",
    "cores taken": (
        r"\b(?:uses?|using|takes?|keeps?|occup\w+|spawns?|starts?|creates?|launches|grabs?|hogs?|loads?"
        r"|eats?)\b (?:\w+ ){0,4}?(?:all|half|every|too many|far more|many more"
        r"|\d+ times)\b (?:\w+ ){0,3}?(?:[a-z]+'s )?(?:cores?|cpus?|threads?)\b|\bkeeps? \d+ (?:cores|cpus"
        r"|threads) (?:busy|full|at 100)|\bcpu (?:usage|util\w*|load)\b.{0,20}?(?<!\d)[2-9]\d\d+ ?%"
    ),
    "overload": r"\bload average\b|\boversubscri\w+|\bthrash\w*|\bcontention\b",
    "throttled": r"\bthrottl\w+",
    "faster with": (
        r"\bmakes .{0,40}?\bfaster\b"
        r"|\b(?:is|was|runs?) (?:\w+ ){0,2}(?:x|times) faster (?:with|when|if|after)\b"
    ),
    "one core": (
        r"\b(?:only|just) (?:uses? |using |on )?(?:one|1|a single) (?:cpu )?(?:core|thread|cpu)\b"
        r"|\b(?:uses?|using|on) (?:only |just )?"
        r"(?:one|1|a single) (?:cpu )?(?:core|thread) only\b"
    ),
    "cpus": r"\b\d{1,3}[- ](?:v?cpus?|cores?)\b",
    "for minutes": r"\bfor (?:several |many |some |\d+ )?(?:minutes|hours)\b",
    "cores": (
        r"\bmany[- ]core\b|\b\d{2,3}[- ](?:physical |logical |cpu |virtual )?(?:cores?|cpus|vcpus)\b|\b(?:more"
        r"|all|many) (?:cpu )?cores\b|\b(?:limit|quota) of \d+ (?:cpus?|cores?)\b|\b(?:processes|workers"
        r"|instances|jobs) (?:in parallel|at the same time|simultaneously|concurrently)\b|\bmulti-?process\w*"
        r"|\b\w+ processes\b"
    ),
    "first": (
        r"(?<!for the )(?<!my )\b(?:first|1st|initial|very first) [`.]?(?:\w+ ){0,3}?(?:cuda\(|to\(|tensor\b"
        r"|calls? (?:to|of)|moves?|transfer|iterations?|batch(?:es)?|epochs?|steps?|calls?|runs?|inferences?"
        r"|forwards?(?: pass\w*)?|passes|pass|time|requests?|predictions?|images?|samples?|executions?"
        r"|invocations?|queries|query|use|loop|operations?|tensors?|backward|few|kernel|cuda call)\b"
        r"|\bwarm[- ]?up\b|\bcold[- ]start\w*|\bstart-?up (?:time|latency)?|\b(?:iteration|step|batch|epoch) (?:0"
        r"|1|#1)\b"
    ),
    "later": (
        r"\b(?:following|subsequent|later|afterwards?|after that|the rest|remaining|other|others|second|next"
        r"|then)\b"
    ),
    "compile": (
        r"\btorch\.?_?(?:compile\w*|dynamo|inductor)\b|\b(?:re)?compil(?:e|es|ed|ing|ation|ations)\b"
        r"|\btorchscript\b|\bjit\.(?:script|trace)\b|\b(?:jit|ptx)\b|\btriton\b|\bautotun\w+"
    ),
    "dp": (
        r"(?<!distributed)(?<!distributed )(?<!Fully Sharded )(?<!sharded)\b(?:nn\.)?data[ _-]?parallel(?:ism|\("
        r"|\b)(?! ?\w*distributed)|\b(?:strategy|accelerator|distributed_backend) ?= ?['\"]dp['\"]|(?<![\w-])DP\b"
    ),
    "ddp": (
        r"\bdistributed[ _-]?data[ _-]?parallel\w*|\bddp\b|\btorchrun\b|distributed\.(?:launch|run)\b"
        r"|\bdistributed (?:training|data)|\bmulti[- ]?nodes?\b|\bhorovod\b|\bfsdp\b|\bdeepspeed\b"
        r"|\bnproc[_-]per[_-]node\b|\ball[- _]?reduce\w*|\baccelerate launch\b|\b(?:two|2|four|4|several"
        r"|multiple) (?:nodes|machines|hosts)\b|\bzero[- ]?[123]\b"
    ),
    "many": MANY,
    "many lose": (
        rf"\b{MANY}.{{0,90}}?\b(?:{LONGER}|{NO_FASTER})|\b(?:{LONGER}|{NO_FASTER}).{{0,70}}?\b{MANY}"
        rf"|\b{ONE}.{{0,50}}?\b(?:faster|quicker|better speed)\b"
    ),
    "work each step": WORK_EACH,
    "each step": EACH,
    "compiled anew": (
        r"\b(?:recompile|cache_size|accumulated_cache_size|accumulated_recompile)_limit\b.{0,20}(?:reached|hit|\(\d+\))"
        r"|hit config\.(?:recompile|cache_size)_limit|\b(?:keeps?|always|constantly) recompiling\b"
        r"|\brecompil\w+ .{0,30}?\b(?:all the time|every|each|constantly|again and again|always)\b"
    ),
    "work": WORK,
    "accuracy falls": (
        r"\b(?:accuracy|map|score|f1|convergence|metrics?|results?|perplexity|loss|learning|dice|iou"
        r"|bleu)\b.{0,60}\b(?:drops?|dropp\w+|lower|worse|decreas\w+|degrad\w+|fall\w*|plunges?|collapses?"
        r"|poor\w*|bad|does(?:n'?t| not) (?:converge|match|reach)|higher loss|cannot reach|can'?t reach|random"
        r"|explod\w+|unstable)\b|\b(?:lower|worse|poor|bad|drop in|degraded|decreased) (?:\w+ ){0,2}(?:accuracy"
        r"|map|score|convergence|metrics?|results?)\b|\b(?:converges?|learns?) (?:\w+ ){0,2}(?:slower|worse"
        r"|slowly|badly)\b|\b(?:does(?:n'?t| not)|fails to|won'?t) converge\b"
    ),
    "batch": (
        r"\b(?:large|larger|big|bigger|huge|small|smaller|tiny|increas\w+|different|doubl\w+|global|effective"
        r"|total) (?:\w+ ){0,2}batch(?:es)?(?:[ _-]?sizes?)?\b|\bbatch[ _-]?size (?:of |= ?|is )?(?:1|2|4|one"
        r"|two)(?!\d)|\bbatch[ _-]?size (?:from|is increased|increas\w+|grows|goes|to )\b"
        r"|\bincreas\w+ (?:the )?batch"
    ),
    "batch norm": (
        r"\bbatch[- _]?norm\w*|\bbn\b|\bsync(?:ed|hroni[sz]ed)?[- _]?(?:batch[- _]?norm\w*|bn)\b"
        r"|\brunning (?:mean|stat\w*|var\w*)\b"
    ),
    "rate": (
        r"\blearning[- ]rates?\b|\blr\b|\bscheduler\b|\bwarm[- ]?up\b|\bweight decay\b|\bgradient accumulation\b"
        r"|\baccumulat\w+ (?:gradients?|steps)\b"
    ),
    "hot": (
        r"\bthermal\w*|\boverheat\w*|\b(?:gpu|card|core|chip|memory|hbm)s? temperature"
        r"|\btemperatures? .{0,20}?\b\d{2,3} ?(?:°|deg|c\b)"
        r"|\b[89]\d ?(?:° ?)?C\b|\bpower (?:cap|limit|draw|supply|brake)|\bthrottl\w*|\bfans?\b|\bon battery\b"
        r"|\b(?:gpu|sm|core|memory|boost) clocks?\b|\bclock (?:speeds?|rates?)\b|\b\d{2,3} ?W\b"
    ),
    "clocks fall": (
        r"\b(?:clocks?|frequency|mhz)\b.{0,50}\b(?:drop\w*|fall\w*|low(?:er)?|stuck|reduc\w+|decreas\w+|only|down"
        r"|never (?:rise|boost|go)\w*|capped|limited)\b|\b(?:drop\w*|fall\w*|stuck|reduc\w+"
        r"|only) .{0,30}\b\d+ ?mhz\b"
    ),
    "link": (
        r"\bpci-?e?\b|\bpci express\b|\bnuma\b|\briser\b|\bnvlink\b|\bthunderbolt\b|\begpu\b|\boculink\b|\bp2p\b"
        r"|\biommu\b|\bacs\b|\b(?:host[- ]to[- ]device|h2d|htod)\b|\bx(?:1|2|4|8) (?:slot|lanes?|link|mode)\b"
        r"|\bgen ?[12] ?x ?\d"
    ),
    "memory grows": (
        r"\b(?:memory|ram|vram)\b.{0,60}\b(?:grow\w*|increas\w*|leak\w*|climb\w*|accumulat\w*|rises?|rising"
        r"|builds? up|(?:keeps? |is )?going up|goes up|never (?:freed|released))\b|\b(?:memory|ram) leak\w*"
        r"|\bleak(?:s|ing|ed)? (?:\w+ )?(?:memory|ram)"
    ),
}  # fmt: skip
"""Idea → regular expression, whatever the case."""
