/* A libcuda.so.1 that plays a script, as far as asking goes: no context, no memory, no kernels. */
#define _GNU_SOURCE
#include "script.h"

#include <dlfcn.h>

enum { INVALID_VALUE = 1, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101, NOT_FOUND = 500 };

static int ready;

/* What happens to a program as soon as it loads this library. */
__attribute__((constructor)) static void loaded(void)
{
    enter("load libcuda", -1);
}

static const struct {
    int code;
    const char *name, *words;
} ERRORS[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {34, "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library"},
    {35, "CUDA_ERROR_INSUFFICIENT_DRIVER", "CUDA driver version is insufficient for CUDA runtime version"},
    {46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {36, "CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER", "API call is not supported in the installed CUDA driver"},
    {801, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {802, "CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {804, "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "forward compatibility was attempted on non supported HW"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

static int explain(int code, const char **to, int words)
{
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++) {
        if (ERRORS[i].code == code) {
            *to = words ? ERRORS[i].words : ERRORS[i].name;
            return 0;
        }
    }
    *to = NULL;
    return INVALID_VALUE;
}

/* The devices that CUDA_VISIBLE_DEVICES leaves (numbers only): up to the first that does not exist. */
static int visible(int *indexes, int room)
{
    const char *mask = getenv("CUDA_VISIBLE_DEVICES");
    int all = (int)number_of("count", 0), count = 0;
    char *end;

    if (!mask) {
        for (; count < all && count < room; count++)
            indexes[count] = count;
        return count;
    }
    while (count < room) {
        long index = strtol(mask, &end, 10);
        if (end == mask || index < 0 || index >= all)
            break;
        indexes[count++] = (int)index;
        if (*end != ',')
            break;
        mask = end + 1;
    }
    return count;
}

/* The physical device behind a number that the program sees; -1: there is none. */
static int physical(int device)
{
    int indexes[64], count = visible(indexes, 64);

    return device >= 0 && device < count ? indexes[device] : -1;
}

EXPORT int cuGetErrorName(int code, const char **to)
{
    int fault = enter("cuGetErrorName", -1);
    return fault ? fault : explain(code, to, 0);
}

EXPORT int cuGetErrorString(int code, const char **to)
{
    int fault = enter("cuGetErrorString", -1);
    return fault ? fault : explain(code, to, 1);
}

EXPORT int cuDriverGetVersion(int *version)
{
    int code = enter("cuDriverGetVersion", -1);
    *version = (int)number_of("cuda", 0);
    return code;
}

EXPORT int cuInit(unsigned flags)
{
    int indexes[64], code = enter("cuInit", -1);

    if (code || flags)
        return code ? code : INVALID_VALUE;
    if (visible(indexes, 64) == 0)
        return NO_DEVICE;
    ready = 1;
    return 0;
}

EXPORT int cuDeviceGetCount(int *count)
{
    int indexes[64], code = enter("cuDeviceGetCount", -1);

    if (code || !ready)
        return code ? code : NOT_INITIALIZED;
    *count = visible(indexes, 64);
    return 0;
}

EXPORT int cuDeviceGet(int *device, int ordinal)
{
    int code = enter("cuDeviceGet", physical(ordinal));

    if (code || physical(ordinal) < 0)
        return code ? code : INVALID_DEVICE;
    *device = ordinal;
    return 0;
}

EXPORT int cuDeviceGetName(char *to, int room, int device)
{
    const char *value = value_of_device(physical(device), "name");
    int code = enter("cuDeviceGetName", physical(device));

    if (code || !value)
        return code ? code : INVALID_DEVICE;
    put(to, (size_t)room, value);
    return 0;
}

EXPORT int cuDeviceGetUuid(unsigned char *to, int device)
{
    const char *value = value_of_device(physical(device), "uuid");
    int code = enter("cuDeviceGetUuid", physical(device)), digit = 0;

    if (code || !value)
        return code ? code : INVALID_DEVICE;
    for (value += 4; *value && digit < 32; value++) {
        char one[2] = {*value, 0};
        if (*value != '-') {
            to[digit / 2] = (unsigned char)(to[digit / 2] << 4 | strtoul(one, NULL, 16));
            digit++;
        }
    }
    return 0;
}

EXPORT int cuDeviceGetPCIBusId(char *to, int room, int device)
{
    const char *value = value_of_device(physical(device), "bus");
    int code = enter("cuDeviceGetPCIBusId", physical(device));

    if (code || !value)
        return code ? code : INVALID_DEVICE;
    put(to, (size_t)room, strlen(value) > 12 ? value + 4 : value);
    return 0;
}

EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int device)
{
    const char *value = value_of_device(physical(device), "memory_total");
    int code = enter("cuDeviceTotalMem_v2", physical(device));

    if (code || !value)
        return code ? code : INVALID_DEVICE;
    *bytes = (size_t)strtoull(value, NULL, 10);
    return 0;
}

EXPORT int cuDeviceGetAttribute(int *to, int attribute, int device)
{
    const char *value = value_of_device(physical(device), "capability");
    int parts[2] = {0, 0}, code = enter("cuDeviceGetAttribute", physical(device));

    if (code || !value)
        return code ? code : INVALID_DEVICE;
    sscanf(value, "%d.%d", &parts[0], &parts[1]);
    *to = attribute == 75 ? parts[0] : attribute == 76 ? parts[1] : 0;
    return 0;
}

/* CUDA's runtime looks its functions up here. It goes as far as the codes above, which it hands on to torch; with
   cuInit's success it asks for tables of private functions that nobody can fake, and gives up with its error 36. */
EXPORT int cuGetProcAddress_v2(const char *name, void **to, int version, uint64_t flags, int *status)
{
    Dl_info self;
    void *library = dladdr((void *)(intptr_t)&cuInit, &self) ? dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD) : NULL;

    (void)version;
    (void)flags;
    *to = library ? dlsym(library, name) : NULL;
    if (status)
        *status = *to ? 0 : 1;
    return *to ? 0 : NOT_FOUND;
}

EXPORT int cuGetProcAddress(const char *name, void **to, int version, uint64_t flags)
{
    return cuGetProcAddress_v2(name, to, version, flags, NULL);
}
