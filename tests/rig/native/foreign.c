/* A library that somebody put in the place of another: none of the functions that are looked for. */
__attribute__((visibility("default"))) int another_version(void)
{
    return 3;
}
