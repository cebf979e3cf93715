/* A disk that fails on demand, for tests: loaded before libc (LD_PRELOAD), so that the program under test is the real one.

   The file named by DINH_FAULT holds one line "<call> <errno> <part of a path>", for example "fsync 5 dinh.db": from now on every such
   call on a file whose path has that part fails with that error, or with a number below 0 only lasts so many milliseconds longer.
   No file, no faults. Calls: fsync (and fdatasync), write (and pwrite). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(const char *call, int fd)
{
    const char *control = getenv("DINH_FAULT");
    char line[512], wanted[32], part[256], link[64], path[4096];
    int number, saved = errno;
    if (control == NULL)
        return 0;
    int opened = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
    if (opened < 0) {
        errno = saved;
        return 0;
    }
    ssize_t got = syscall(SYS_read, opened, line, sizeof line - 1);
    syscall(SYS_close, opened);
    errno = saved;
    if (got <= 0)
        return 0;
    line[got] = 0;
    if (sscanf(line, "%31s %d %255s", wanted, &number, part) != 3 || strcmp(wanted, call) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (size <= 0)
        return 0;
    path[size] = 0;
    if (strstr(path, part) == NULL)
        return 0;
    if (number < 0) {
        usleep((useconds_t)(-number) * 1000);
        errno = saved;
        return 0;
    }
    return number;
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

int fsync(int fd)
{
    int number = fails("fsync", fd);
    if (number == 0)
        return REAL("fsync", int (*)(int))(fd);
    errno = number;
    return -1;
}

int fdatasync(int fd)
{
    int number = fails("fsync", fd);
    if (number == 0)
        return REAL("fdatasync", int (*)(int))(fd);
    errno = number;
    return -1;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    int number = fails("write", fd);
    if (number == 0)
        return REAL("pwrite64", ssize_t (*)(int, const void *, size_t, off64_t))(fd, data, size, at);
    errno = number;
    return -1;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return pwrite64(fd, data, size, at);
}

ssize_t write(int fd, const void *data, size_t size)
{
    int number = fails("write", fd);
    if (number == 0)
        return REAL("write", ssize_t (*)(int, const void *, size_t))(fd, data, size);
    errno = number;
    return -1;
}
