/* Reads the script that both fake libraries play from: the file that ENVDOCTOR_RIG names.

   One line is one key, a blank, and the value:

       driver 580.65.06
       count 1
       0.name NVIDIA A100-SXM4-80GB
       fault.nvmlDeviceGetName@0 return 15
       fault.cuInit hang

   A fault is "return CODE", "hang", "hang-hard" (SIGTERM is ignored), "abort", "segfault", "exit CODE" or
   "floods" (stdout and stderr, without end); with "@INDEX" it concerns one device only. Bytes that a text file
   cannot hold are written as \xHH. */
#ifndef ENVDOCTOR_RIG_SCRIPT_H
#define ENVDOCTOR_RIG_SCRIPT_H

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* Turn \xHH into the byte, in place. */
static void plain(char *text)
{
    char *to = text, digits[3] = "";

    for (; *text; to++) {
        if (strncmp(text, "\\x", 2) == 0 && text[2] && text[3]) {
            memcpy(digits, text + 2, 2);
            *to = (char)strtoul(digits, NULL, 16);
            text += 4;
        } else {
            *to = *text++;
        }
    }
    *to = 0;
}

/* The value of a key, or NULL. Each value stays valid until eight more were asked for. */
static const char *value_of(const char *key)
{
    static __thread char lines[8][512];
    static __thread unsigned turn;
    const char *path = getenv("ENVDOCTOR_RIG");
    FILE *file = path ? fopen(path, "r") : NULL;
    size_t length = strlen(key);
    char *line = lines[turn++ % 8];

    if (!file)
        return NULL;
    while (fgets(line, sizeof lines[0], file)) {
        if (strncmp(line, key, length) == 0 && line[length] == ' ') {
            fclose(file);
            line[strcspn(line, "\n")] = 0;
            plain(line);
            return line + length + 1;
        }
    }
    fclose(file);
    return NULL;
}

static const char *value_of_device(int index, const char *key)
{
    char full[128];

    snprintf(full, sizeof full, "%d.%s", index, key);
    return value_of(full);
}

static long long number_of(const char *key, long long otherwise)
{
    const char *value = value_of(key);

    return value ? strtoll(value, NULL, 10) : otherwise;
}

/* Play the fault that the script has for this function. Returns the code to return at once, 0 for none. */
static int enter(const char *function, int index)
{
    char key[160];
    const char *fault;

    snprintf(key, sizeof key, "fault.%s@%d", function, index);
    fault = index >= 0 ? value_of(key) : NULL;
    if (!fault) {
        snprintf(key, sizeof key, "fault.%s", function);
        fault = value_of(key);
    }
    if (!fault)
        return 0;
    if (strncmp(fault, "return ", 7) == 0)
        return atoi(fault + 7);
    if (strncmp(fault, "exit ", 5) == 0)
        _exit(atoi(fault + 5));
    if (strcmp(fault, "abort") == 0)
        abort();
    if (strcmp(fault, "segfault") == 0)
        raise(SIGSEGV);
    if (strcmp(fault, "floods") == 0)
        for (;;)
            if (write(1, "NVRM: noise\n", 12) < 0 || write(2, "NVRM: noise\n", 12) < 0)
                pause();
    if (strcmp(fault, "hang-hard") == 0)
        signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static void put(char *to, size_t room, const char *text)
{
    snprintf(to, room, "%s", text);
}

#endif
