/* A libnvidia-ml.so.1 that plays a script. A reading that the script does not have is "Not Supported". */
#include "script.h"

#include <strings.h>
#include <time.h>

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7 };

/* What happens to a program as soon as it loads this library. */
__attribute__((constructor)) static void loaded(void)
{
    enter("load nvml", -1);
}

typedef struct {
    char busIdLegacy[16];
    unsigned domain, bus, device, pciDeviceId, pciSubSystemId;
    char busId[32];
} pci_t;

typedef struct {
    unsigned long long total, free, used;
} memory_t;

typedef struct {
    unsigned version;
    unsigned long long total, reserved, free, used;
} memory_v2_t;

typedef struct {
    unsigned pid;
    unsigned long long usedGpuMemory;
    unsigned gpuInstanceId, computeInstanceId;
} process_t;

static int index_of(void *device)
{
    return (int)(intptr_t)device - 1;
}

static int text(const char *value, char *to, unsigned room)
{
    if (!value)
        return NOT_SUPPORTED;
    put(to, room, value);
    return SUCCESS;
}

EXPORT int nvmlInitWithFlags(unsigned flags)
{
    (void)flags;
    return enter("nvmlInitWithFlags", -1);
}

EXPORT int nvmlInit_v2(void)
{
    return nvmlInitWithFlags(0);
}

EXPORT int nvmlShutdown(void)
{
    return enter("nvmlShutdown", -1);
}

EXPORT const char *nvmlErrorString(int code)
{
    switch (code) {
    case 0: return "Success";
    case 1: return "Uninitialized";
    case 3: return "Not Supported";
    case 4: return "Insufficient Permissions";
    case 6: return "Not Found";
    case 9: return "Driver Not Loaded";
    case 15: return "GPU is lost";
    case 17: return "GPU access blocked by the operating system";
    case 18: return "Driver/library version mismatch";
    default: return "Unknown Error";
    }
}

EXPORT int nvmlSystemGetNVMLVersion(char *to, unsigned room)
{
    int code = enter("nvmlSystemGetNVMLVersion", -1);
    return code ? code : text(value_of("nvml"), to, room);
}

EXPORT int nvmlSystemGetDriverVersion(char *to, unsigned room)
{
    int code = enter("nvmlSystemGetDriverVersion", -1);
    return code ? code : text(value_of("driver"), to, room);
}

EXPORT int nvmlSystemGetCudaDriverVersion(int *version)
{
    int code = enter("nvmlSystemGetCudaDriverVersion", -1);
    *version = (int)number_of("cuda", 0);
    return code;
}

EXPORT int nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    return nvmlSystemGetCudaDriverVersion(version);
}

EXPORT int nvmlDeviceGetCount_v2(unsigned *count)
{
    int code = enter("nvmlDeviceGetCount_v2", -1);
    *count = (unsigned)number_of("count", 0);
    return code;
}

EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    int code = enter("nvmlDeviceGetHandleByIndex_v2", (int)index);
    if (code)
        return code;
    if (index >= (unsigned)number_of("count", 0))
        return INVALID_ARGUMENT;
    *device = (void *)(intptr_t)(index + 1);
    return SUCCESS;
}

/* The GPU whose value of a key is this, whatever the case of its letters. */
static int device_with(const char *key, const char *wanted, void **device)
{
    int count = (int)number_of("count", 0);

    for (int index = 0; index < count; index++) {
        const char *value = value_of_device(index, key);
        if (value && strcasecmp(value, wanted) == 0) {
            *device = (void *)(intptr_t)(index + 1);
            return SUCCESS;
        }
    }
    return NOT_FOUND;
}

EXPORT int nvmlDeviceGetHandleByUUID(const char *uuid, void **device)
{
    int code = enter("nvmlDeviceGetHandleByUUID", -1);
    return code ? code : device_with("uuid", uuid, device);
}

EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char *address, void **device)
{
    int code = enter("nvmlDeviceGetHandleByPciBusId_v2", -1);
    return code ? code : device_with("bus", address, device);
}

#define TEXT(FUNCTION, KEY)                                          \
    EXPORT int FUNCTION(void *device, char *to, unsigned room)       \
    {                                                                \
        int index = index_of(device), code = enter(#FUNCTION, index); \
        return code ? code : text(value_of_device(index, KEY), to, room); \
    }

TEXT(nvmlDeviceGetName, "name")
TEXT(nvmlDeviceGetUUID, "uuid")

static int number(int index, const char *key, unsigned *to)
{
    const char *value = value_of_device(index, key);

    if (!value)
        return NOT_SUPPORTED;
    *to = (unsigned)strtoul(value, NULL, 10);
    return SUCCESS;
}

#define NUMBER(FUNCTION, KEY)                                        \
    EXPORT int FUNCTION(void *device, unsigned *to)                  \
    {                                                                \
        int index = index_of(device), code = enter(#FUNCTION, index); \
        return code ? code : number(index, KEY, to);                 \
    }

NUMBER(nvmlDeviceGetComputeMode, "compute_mode")
NUMBER(nvmlDeviceGetPowerManagementLimit, "power_limit")
NUMBER(nvmlDeviceGetPowerUsage, "power")
NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, "pcie_generation")
NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, "pcie_generation_max")
NUMBER(nvmlDeviceGetCurrPcieLinkWidth, "pcie_width")
NUMBER(nvmlDeviceGetMaxPcieLinkWidth, "pcie_width_max")
NUMBER(nvmlDeviceGetDisplayActive, "display")
NUMBER(nvmlDeviceGetDisplayMode, "screen")
NUMBER(nvmlDeviceGetPersistenceMode, "persistence")
NUMBER(nvmlDeviceGetPerformanceState, "performance_state")
NUMBER(nvmlDeviceGetPowerManagementDefaultLimit, "power_limit_default")
NUMBER(nvmlDeviceGetRetiredPagesPendingStatus, "retired_pending")
NUMBER(nvmlDeviceGetArchitecture, "architecture")

/* A number that depends on a further argument: "clock.1" is what the multiprocessors' clock is. */
#define NUMBERED(FUNCTION, KEY)                                      \
    EXPORT int FUNCTION(void *device, unsigned which, unsigned *to)  \
    {                                                                \
        int index = index_of(device), code = enter(#FUNCTION, index); \
        char key[64];                                                \
        snprintf(key, sizeof key, "%s.%u", KEY, which);              \
        return code ? code : number(index, key, to);                 \
    }

NUMBERED(nvmlDeviceGetClockInfo, "clock")
NUMBERED(nvmlDeviceGetMaxClockInfo, "clock_max")
NUMBERED(nvmlDeviceGetTemperatureThreshold, "threshold")

static int pair_of_numbers(int index, const char *key, unsigned *first, unsigned *second)
{
    const char *value = value_of_device(index, key);

    if (!value)
        return NOT_SUPPORTED;
    return sscanf(value, "%u,%u", first, second) == 2 ? SUCCESS : NOT_SUPPORTED;
}

#define PAIR(FUNCTION, KEY)                                          \
    EXPORT int FUNCTION(void *device, unsigned *first, unsigned *second) \
    {                                                                \
        int index = index_of(device), code = enter(#FUNCTION, index); \
        return code ? code : pair_of_numbers(index, KEY, first, second); \
    }

PAIR(nvmlDeviceGetEccMode, "ecc_mode")
PAIR(nvmlDeviceGetDriverModel, "driver_model")
PAIR(nvmlDeviceGetDriverModel_v2, "driver_model")

EXPORT int nvmlDeviceGetUtilizationRates(void *device, unsigned *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetUtilizationRates", index);
    to[1] = 0;
    if (!code)
        number(index, "memory_utilisation", to + 1);
    return code ? code : number(index, "utilisation", to);
}

/* A counter that goes on as long as the machine is on, at the power that the GPU takes now: "energy" is where it began. */
EXPORT int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetTotalEnergyConsumption", index);
    const char *began = value_of_device(index, "energy");
    unsigned milliwatts = 0;
    struct timespec now;

    if (code || !began)
        return code ? code : NOT_SUPPORTED;
    number(index, "power", &milliwatts);
    clock_gettime(CLOCK_MONOTONIC, &now);
    *to = strtoull(began, NULL, 10) + (unsigned long long)(milliwatts * (now.tv_sec + now.tv_nsec / 1e9));
    return SUCCESS;
}

static int reasons(const char *function, void *device, unsigned long long *to)
{
    int index = index_of(device), code = enter(function, index);
    const char *value = value_of_device(index, "reasons");

    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    *to = strtoull(value, NULL, 10);
    return SUCCESS;
}

EXPORT int nvmlDeviceGetCurrentClocksEventReasons(void *device, unsigned long long *to)
{
    return reasons("nvmlDeviceGetCurrentClocksEventReasons", device, to);
}

EXPORT int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *to)
{
    return reasons("nvmlDeviceGetCurrentClocksThrottleReasons", device, to);
}

/* The script has "CORRECTED,UNCORRECTED,PENDING,FAILED". */
EXPORT int nvmlDeviceGetRemappedRows(void *device, unsigned *a, unsigned *b, unsigned *pending, unsigned *failed)
{
    int index = index_of(device), code = enter("nvmlDeviceGetRemappedRows", index);
    const char *value = value_of_device(index, "rows");

    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    return sscanf(value, "%u,%u,%u,%u", a, b, pending, failed) == 4 ? SUCCESS : NOT_SUPPORTED;
}

/* The script has how many pages; all of them are of double-bit errors. */
EXPORT int nvmlDeviceGetRetiredPages(void *device, unsigned cause, unsigned *room, unsigned long long *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetRetiredPages", index);
    const char *value = value_of_device(index, "retired");
    unsigned count = value && cause == 1 ? (unsigned)strtoul(value, NULL, 10) : 0;

    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    if (!to || *room < count) {
        *room = count;
        return count ? INSUFFICIENT_SIZE : SUCCESS;
    }
    memset(to, 0, count * sizeof *to);
    *room = count;
    return SUCCESS;
}

/* MIG: the script has how many instances can compute, of seven. */
EXPORT int nvmlDeviceGetMaxMigDeviceCount(void *device, unsigned *to)
{
    int code = enter("nvmlDeviceGetMaxMigDeviceCount", index_of(device));
    *to = 7;
    return code;
}

EXPORT int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned which, void **to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetMigDeviceHandleByIndex", index);
    const char *value = value_of_device(index, "instances");

    *to = device;
    if (code)
        return code;
    return value && which < strtoul(value, NULL, 10) ? SUCCESS : NOT_FOUND;
}

/* The script has "STATE,STATUS". */
typedef struct {
    unsigned char cluster[16];
    int status;
    unsigned clique;
    unsigned char state;
} fabric_t;

typedef struct {
    unsigned version;
    unsigned char cluster[16];
    int status;
    unsigned clique;
    unsigned char state;
    unsigned health;
} fabric_v2_t;

static int fabric(const char *function, void *device, int *status, unsigned char *state)
{
    int index = index_of(device), code = enter(function, index);
    unsigned first = 0, second = 0;

    if (!code)
        code = pair_of_numbers(index, "fabric", &first, &second);
    *state = (unsigned char)first;
    *status = (int)second;
    return code;
}

EXPORT int nvmlDeviceGetGpuFabricInfo(void *device, fabric_t *to)
{
    return fabric("nvmlDeviceGetGpuFabricInfo", device, &to->status, &to->state);
}

EXPORT int nvmlDeviceGetGpuFabricInfoV(void *device, fabric_v2_t *to)
{
    return fabric("nvmlDeviceGetGpuFabricInfoV", device, &to->status, &to->state);
}

/* One character a link: 1 is up. */
EXPORT int nvmlDeviceGetNvLinkState(void *device, unsigned link, unsigned *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetNvLinkState", index);
    const char *value = value_of_device(index, "nvlinks");

    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    if (link >= strlen(value))
        return INVALID_ARGUMENT;
    *to = value[link] == '1';
    return SUCCESS;
}

/* Between GPUs: "peers" is "LEVEL,P2P,NVLINK", the same for all pairs. */
static int between(const char *function, void *one, int place, int *to)
{
    int code = enter(function, index_of(one)), numbers[3];
    const char *value = value_of("peers");

    if (code || !value || sscanf(value, "%d,%d,%d", &numbers[0], &numbers[1], &numbers[2]) != 3)
        return code ? code : NOT_SUPPORTED;
    *to = numbers[place];
    return SUCCESS;
}

EXPORT int nvmlDeviceGetTopologyCommonAncestor(void *one, void *other, int *to)
{
    (void)other;
    return between("nvmlDeviceGetTopologyCommonAncestor", one, 0, to);
}

EXPORT int nvmlDeviceGetP2PStatus(void *one, void *other, int kind, int *to)
{
    (void)other;
    return between("nvmlDeviceGetP2PStatus", one, kind == 2 ? 2 : 1, to);
}

EXPORT int nvmlSystemGetProcessName(unsigned pid, char *to, unsigned room)
{
    int code = enter("nvmlSystemGetProcessName", -1);
    char key[32];
    const char *value;

    snprintf(key, sizeof key, "process.%u", pid);
    value = value_of(key);
    if (code || !value)
        return code ? code : NOT_FOUND;
    put(to, room, value);
    return SUCCESS;
}

EXPORT int nvmlDeviceGetTemperature(void *device, unsigned sensor, unsigned *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetTemperature", index);
    (void)sensor;
    return code ? code : number(index, "temperature", to);
}

EXPORT int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending)
{
    int index = index_of(device), code = enter("nvmlDeviceGetMigMode", index);
    if (!code)
        code = number(index, "mig", current);
    *pending = *current;
    return code;
}

EXPORT int nvmlDeviceGetTotalEccErrors(void *device, int kind, int counter, unsigned long long *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetTotalEccErrors", index);
    const char *value = value_of_device(index, "ecc");

    (void)counter;
    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    *to = kind == 1 ? strtoull(value, NULL, 10) : 0;
    return SUCCESS;
}

EXPORT int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor)
{
    int index = index_of(device), code = enter("nvmlDeviceGetCudaComputeCapability", index);
    const char *value = value_of_device(index, "capability");

    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    return sscanf(value, "%d.%d", major, minor) == 2 ? SUCCESS : NOT_SUPPORTED;
}

EXPORT int nvmlDeviceGetPciInfo_v3(void *device, pci_t *pci)
{
    int index = index_of(device), code = enter("nvmlDeviceGetPciInfo_v3", index);
    const char *value = value_of_device(index, "bus");

    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    memset(pci, 0, sizeof *pci);
    put(pci->busId, sizeof pci->busId, value);
    put(pci->busIdLegacy, sizeof pci->busIdLegacy, strlen(value) > 12 ? value + 4 : value);
    return SUCCESS;
}

static int memory(int index, unsigned long long *total, unsigned long long *used)
{
    const char *whole = value_of_device(index, "memory_total"), *taken = value_of_device(index, "memory_used");

    if (!whole || !taken)
        return NOT_SUPPORTED;
    *total = strtoull(whole, NULL, 10);
    *used = strtoull(taken, NULL, 10);
    return SUCCESS;
}

/* Version 1 counts what the driver reserves as used, as the real one does. */
EXPORT int nvmlDeviceGetMemoryInfo(void *device, memory_t *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetMemoryInfo", index);
    if (!code)
        code = memory(index, &to->total, &to->used);
    if (code)
        return code;
    to->used += (unsigned long long)number_of("reserved", 0);
    to->free = to->total - to->used;
    return SUCCESS;
}

EXPORT int nvmlDeviceGetMemoryInfo_v2(void *device, memory_v2_t *to)
{
    int index = index_of(device), code = enter("nvmlDeviceGetMemoryInfo_v2", index);
    if (!code)
        code = to->version == (sizeof *to | 2u << 24) ? memory(index, &to->total, &to->used) : INVALID_ARGUMENT;
    if (code)
        return code;
    to->reserved = (unsigned long long)number_of("reserved", 0);
    to->free = to->total - to->used - to->reserved;
    return SUCCESS;
}

/* The script has them as "PID:BYTES,PID:BYTES"; BYTES may be "-", which is what Windows and WSL answer. A number alone
   is a count for which there is no table. */
static int processes(const char *function, const char *key, void *device, unsigned *room, process_t *to)
{
    int index = index_of(device), code = enter(function, index);
    const char *value = value_of_device(index, key);
    unsigned count = 0, given = *room;

    if (code || !value)
        return code ? code : NOT_SUPPORTED;
    if (*value && !strchr(value, ':')) {
        *room = (unsigned)strtoul(value, NULL, 10);
        return INSUFFICIENT_SIZE;
    }
    for (; *value >= '0' && *value <= '9'; count++) {
        char *rest;
        unsigned pid = (unsigned)strtoul(value, &rest, 10);
        unsigned long long bytes = rest[1] == '-' ? ~0ULL : strtoull(rest + 1, NULL, 10);

        if (to && count < given)
            to[count] = (process_t){pid, bytes, ~0u, ~0u};
        value = strchr(rest, ',');
        value = value ? value + 1 : "";
    }
    *room = count;
    return count > given ? INSUFFICIENT_SIZE : SUCCESS;
}

#define PROCESSES(FUNCTION, KEY)                                     \
    EXPORT int FUNCTION(void *device, unsigned *room, process_t *to) \
    {                                                                \
        return processes(#FUNCTION, KEY, device, room, to);          \
    }

PROCESSES(nvmlDeviceGetComputeRunningProcesses_v2, "processes")
PROCESSES(nvmlDeviceGetComputeRunningProcesses_v3, "processes")
PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v2, "drawing")
PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v3, "drawing")
