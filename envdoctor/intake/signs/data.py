"""Signs of data: downloads that are refused, archives that are damaged, folders that are laid out otherwise.

Sources: texts in torchvision.datasets, torchaudio.datasets, Hugging Face datasets and hub, Pillow, zipfile, urllib,
and the public issues in which they were explained.
"""

from __future__ import annotations

from envdoctor.intake.signs import Sign

SIGNS: tuple[Sign, ...] = (
    Sign("data-not-found", "found 0 ", r"Found 0 (?:image|file|sample|video|audio|label|example|item)s? in(?: "
         r"(?:sub-?folders|subdirectories) of)?:? ?(?P<folder>\S{0,120})",
         "RuntimeError: Found 0 images in subfolders of: ./data"),
    Sign("data-not-found", "found 0 ", r"found 0 (?:valid )?(?:images|files|samples|videos|labels|examples)",
         "the loader found 0 images"),
    Sign("data-not-found", "couldn't find any class folder", r"Couldn'?t find any class folder in "
         r"(?P<folder>\S{1,120}?)\.?(?= |$)", "FileNotFoundError: Couldn't find any class folder in ./data."),
    Sign("data-not-found", "found no valid file", r"Found no valid file for the classes",
         "FileNotFoundError: Found no valid file for the classes cat, dog. Supported extensions are: .jpg"),
    Sign("data-not-found", "num_samples should be a positive", r"num_samples should be a positive integer value,? "
         r"but got num_samples ?= ?0",
         "ValueError: num_samples should be a positive integer value, but got num_samples=0"),
    Sign("data-not-found", "no images", r"\b(?:finds?|found|sees?|loads?|loaded|has|have) no "
         r"(?:images|files|samples|videos|labels|training data)", "the script finds no images"),
    Sign("data-not-found", "no labels found", r"No (?:labels|images) (?:found )?in (?P<folder>\S{1,100})|No labels "
         r"found", "AssertionError: train: No labels found in /data/labels.cache, can not start training."),
    Sign("data-not-found", "no such file or directory", r"No such file or directory: ['\"](?![^'\"]{0,120}(?:site-p"
         r"ackages|\.so|\.h['\"]|/bin/|nvidia|cuda|/dev/|\.py['\"]))[^'\"]{0,120}(?:data|train|test|val|imagenet|ci"
         r"far|mnist|coco|voc|image|label|annotation)[^'\"]{0,80}['\"]",
         "FileNotFoundError: [Errno 2] No such file or directory: './data/train/labels.csv'"),
    Sign("data-not-found", "dataset not found", r"Dataset ['\"`]?\S{0,60}['\"`]? ?(?:not found|images not "
         r"found)|Dataset not found", "Dataset not found ⚠, missing paths ['/datasets/coco128/images']"),
    Sign("data-not-found", "folder structure", r"(?:wrong|expected|different|unexpected) (?:folder|directory|data) "
         r"(?:structure|layout)", "wrong folder structure"),
    Sign("data-damaged", "dataset not found or corrupted", r"Dataset (?:metadata file )?(?:is )?not found or (?:is "
         r")?corrupted", "RuntimeError: Dataset not found or corrupted. You can use download=True to download it"),
    Sign("data-damaged", "file not found or corrupted", r"File not found or corrupted",
         "RuntimeError: File not found or corrupted."),
    Sign("data-damaged", "integrity", r"integrity check[^.]{0,30}(?:fail|mismatch|not)", "integrity check failed"),
    Sign("data-damaged", "checksum", r"checksums?[^.]{0,20}(?:mismatch|does not match|do(?: not|n't) match|didn'?t "
         r"match|invalid|wrong|fail\w*)", "Checksums didn't match for dataset source files"),
    Sign("data-damaged", "md5", r"\bmd5(?:sum)?[^.]{0,20}(?:mismatch|does not match|do not "
         r"match|invalid|wrong|differs)", "the md5 does not match"),
    Sign("data-damaged", "hash value", r"invalid hash value \(expected",
         'RuntimeError: invalid hash value (expected "5c106cde", got "2fbd4d")'),
    Sign("data-damaged", "nonmatching", r"NonMatching(?:Checksum|SplitsSizes)Error",
         "datasets.utils.info_utils.NonMatchingChecksumError: Checksums didn't match for dataset source files"),
    Sign("data-damaged", "expectedmore", r"ExpectedMore(?:DownloadedFiles|Splits)",
         "datasets.utils.info_utils.ExpectedMoreSplits: {'test'}"),
    Sign("data-damaged", "badzipfile", r"BadZipFile: (?:File is not a zip file|Bad "
         r"(?:CRC|magic)|Truncated)|BadZipFile", "zipfile.BadZipFile: File is not a zip file"),
    Sign("data-damaged", "not a gzipped file", r"Not a gzipped file", "OSError: Not a gzipped file (b'<!')"),
    Sign("data-damaged", "tarfile", r"tarfile\.ReadError: [^.]{0,60}|(?:tarfile)[^.]{0,30}(?:truncated|unexpected "
         r"end)", "tarfile.ReadError: file could not be opened successfully"),
    Sign("data-damaged", "ended before the end-of-stream", r"Compressed file ended before the end-of-stream marker "
         r"was reached", "EOFError: Compressed file ended before the end-of-stream marker was reached"),
    Sign("data-damaged", "unexpected end of data", r"unexpected end of data",
         "tarfile.ReadError: unexpected end of data"),
    Sign("data-damaged", "tgz_md5", r"object has no attribute 'tgz_md5'",
         "AttributeError: 'CIFAR10' object has no attribute 'tgz_md5'"),
    Sign("data-damaged", "image file is truncated", r"image file is truncated(?: \((?P<bytes>\d+) bytes not "
         r"processed\))?", "OSError: image file is truncated (28 bytes not processed)"),
    Sign("data-damaged", "cannot identify image file", r"cannot identify image file ?(?P<file>['\"<][^'\">]{0,120})"
         r"?", "PIL.UnidentifiedImageError: cannot identify image file '/data/train/cat.10.jpg'"),
    Sign("data-damaged", "broken data stream", r"broken data stream when reading image file",
         "OSError: broken data stream when reading image file"),
    Sign("data-damaged", "corrupt jpeg", r"Corrupt JPEG data|Premature end of JPEG file|corrupt(?:ed)? "
         r"(?:JPEG|image|PNG)\b", "Corrupt JPEG data: premature end of data segment"),
    Sign("data-damaged", "corrupt", r"(?:ignoring|skipping) corrupt image|corrupt(?:ed)? (?:image|data "
         r"?set|archive|sample|video|label|zip|download|file)s?\b|(?:data "
         r"?set|archive|image|sample|download|record)\b[^.]{0,25} (?:is |was |are )?corrupt(?:ed)?\b",
         "WARNING: ignoring corrupt image/label: image.jpg"),
    Sign("data-damaged", "unexpected eof", r"unexpected EOF, expected \d+ more bytes",
         "RuntimeError: unexpected EOF, expected 1234 more bytes. The file might be corrupted."),
    Sign("data-damaged", "not fully downloaded", r"(?:not fully|only partly|partially|incompletely|half) "
         r"downloaded|incomplete (?:download|archive|file)|download (?:was )?(?:interrupted|incomplete)",
         "the archive is not fully downloaded"),
    Sign("data-damaged", "moov atom not found", r"moov atom not found|Invalid data found when processing input",
         "[mov,mp4] moov atom not found"),
    Sign("data-refused", "http", r"HTTP ?Error (?P<status>40[0-9]|410|429|5\d\d)\b(?! ?:? ?while getting)(?:: "
         r"[A-Z]\w+(?: [A-Z]\w+){0,3})?", "urllib.error.HTTPError: HTTP Error 403: Forbidden"),
    Sign("data-refused", "client error", r"(?P<status>40[134]|429) Client Error(?:: [A-Z][\w ]{0,30}?)?(?: for "
         r"url: (?!\S{0,120}(?:/simple/|/packages/|/whl/|\.whl\b|/conda|repodata))\S{0,120})",
         "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: "
         "https://huggingface.co/api/datasets/x"),
    Sign("data-refused", "urlopen error", r"urlopen error (?:\[[^\]]{1,60}\] ?)?[^>]{0,60}",
         "urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>"),
    Sign("data-refused", "certificate_verify_failed", r"(?:urlopen|URLError|urllib|urlretrieve|download_url|torchvi"
         r"sion|datasets|huggingface|load_state_dict_from_url|torch\.hub)[^!]{0,160}CERTIFICATE_VERIFY_FAILED",
         "<urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed>"),
    Sign("data-refused", "couldn't reach", r"Couldn'?t reach (?:https?://\S{0,120}|['\"]?[\w./-]{1,80}['\"]? "
         r"(?:on|from) (?:the )?(?:Hugging ?Face )?Hub|the Hugging Face Hub)",
         "ConnectionError: Couldn't reach https://raw.githubusercontent.com/huggingface/datasets/squad.py"),
    Sign("data-refused", "couldn't find a dataset", r"Couldn'?t find (?:a dataset script|any data file|dataset)\b",
         "FileNotFoundError: Couldn't find a dataset script at /data/x/x.py"),
    Sign("data-refused", "doesn't exist on the hub", r"doesn'?t exist on the Hub",
         "DatasetNotFoundError: Dataset 'x' doesn't exist on the Hub or cannot be accessed."),
    Sign("data-refused", "error downloading", r"(?:Error downloading|Failed (?:to )?download\w*|Failed to "
         r"download) (?!`?(?:torch|nvidia|triton))[^.]{0,80}",
         "RuntimeError: Error downloading train-images-idx3-ubyte.gz"),
    Sign("data-refused", "google drive", r"Google Drive[^.]{0,60}(?:quota|virus|warning|limit|fail|denied|HTML)|dai"
         r"ly quota of the file[^.]{0,40}exceeded",
         "RuntimeError: The daily quota of the file img_align_celeba.zip is exceeded and it can't be downloaded. "
         "This is a limitation of Google Drive quota"),
    Sign("data-refused", "daily quota", r"daily quota of the file[^!]{0,80}? is exceeded",
         "The daily quota of the file img_align_celeba.zip is exceeded"),
    Sign("data-refused", "gdown", r"gdown[^!]{0,80}(?:Cannot retrieve|Permission|denied|Too many "
         r"users|quota)|Cannot retrieve the (?:public link|folder information)",
         "gdown.exceptions.FileURLRetrievalError: Cannot retrieve the public link of the file."),
    Sign("data-refused", "access denied", r"(?:Access denied with the following error|Too many users have viewed "
         r"or downloaded this file)",
         "Access denied with the following error: Too many users have viewed or downloaded this file recently. "
         "access denied"),
    Sign("data-refused", "gated", r"(?:Cannot access |access to )?gated (?:repo|dataset)",
         "Cannot access gated repo for url https://huggingface.co/datasets/ILSVRC/imagenet-1k"),
    Sign("data-refused", "publicly accessible", r"no longer publicly (?:accessible|available)|not publicly "
         r"(?:accessible|available)",
         "The dataset is no longer publicly accessible. You need to download the archives externally"),
    Sign("data-refused", "mnist", r"\bMNIST\b[^.]{0,60}(?:\b(?:down|dead|unavailable|blocked|refused|forbidden|offl"
         r"ine|gone)\b|\b(?:40[34]|50[023])\b)", "the MNIST server returns 503"),
    Sign("data-refused", "cifar", r"\bCIFAR-?10\w*[^.]{0,60}(?:\b(?:down|dead|unavailable|blocked|refused|forbidden"
         r"|offline|gone)\b|\b(?:40[34]|50[023])\b)", "the CIFAR-10 host is down"),
    Sign("data-refused", "data", r"\b(?:data ?set|data)(?:'s)? (?:download|server|host|site|link|mirror|URL|page)\b"
         r"[^.]{0,40}(?:\b(?:down|dead|unavailable|blocked|refused|forbidden|offline|gone|fails)\b|\b(?:40[34]|50[0"
         r"23])\b)", "the dataset server is down"),
    Sign("data-damaged", "checksum error", r"checksum error", "MD5 checksum error"),
    Sign("data-not-found", "missing", r"(?:missing|no) (?:images|labels|annotations|masks|samples|training "
         r"data|data ?set files)\b", "missing images in the validation folder"),
    Sign("data-refused", "localentrynotfounderror", r"LocalEntryNotFoundError|OfflineModeIsEnabled",
         "huggingface_hub.errors.LocalEntryNotFoundError: Cannot find the requested files in the disk cache"),
    Sign("data-damaged", "the hash of", r"The hash of \S{1,160} does not match",
         "RuntimeError: The hash of /data/speech_commands_v0.02.tar.gz does not match. Delete the file manually "
         "and retry."),
    Sign("data-not-found", "found 0 ", r"Found 0 (?:\w+ ){1,2}(?:images|files|samples|videos|labels|examples)",
         "Found 0 test images"),
    Sign("data-not-found", "not found or incomplete", r"Dataset not found or incomplete",
         "RuntimeError: Dataset not found or incomplete. Please make sure all required folders"),
    Sign("data-not-found", "is not present in the root directory", r"The archive \S{1,120} is not present in the "
         r"root directory or is corrupted",
         "The archive ILSVRC2012_devkit_t12.tar.gz is not present in the root directory or is corrupted."),
    Sign("data-not-found", "lmdb.error", r"lmdb\.Error: \S{1,160}: No such file",
         "lmdb.Error: ./data/train.lmdb: No such file or directory"),
    Sign("data-not-found", "_src.empty()", r"!_src\.empty\(\)|!ssize\.empty\(\)",
         "cv2.error: (-215:Assertion failed) !_src.empty() in function 'cvtColor'"),
    Sign("data-not-found", "notadirectoryerror", r"NotADirectoryError: \[Errno 20\] Not a directory: '[^']{0,160}'",
         "NotADirectoryError: [Errno 20] Not a directory: './data/train.zip'"),
    Sign("data-not-found", "0 images found", r"\b0 (?:images|files|samples|labels) (?:were )?found",
         "0 images found in val"),
    Sign("data-damaged", "broken png", r"broken PNG file", "SyntaxError: broken PNG file (chunk b'x')"),
    Sign("data-damaged", "decompressing data", r"(?:zlib|lzma)\.\w*error: [^!]{0,40}decompressing data",
         "zlib.error: Error -3 while decompressing data: incorrect header check"),
    Sign("data-damaged", "datasetgenerationerror", r"DatasetGenerationError",
         "datasets.exceptions.DatasetGenerationError: An error occurred while generating the dataset"),
    Sign("data-refused", "dataset scripts are no longer", r"Dataset scripts are no longer supported",
         "RuntimeError: Dataset scripts are no longer supported, but found superb.py"),
    Sign("data-refused", "forbidden", r"\b403 ?[-:]? ?(?:Client Error: )?Forbidden\b(?! for url: "
         r"\S{0,40}(?:anaconda|pypi|pytorch\.org))", "403 - Forbidden"),
)  # fmt: skip
