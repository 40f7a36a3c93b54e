// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.node.boot.SystemCall;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts processes by posix_spawn, so that the sockets this process inherited ({@code bind fd@3}) live on in them;
 * {@link ProcessBuilder} closes everything.
 */
final class Spawner {
    private static final int POSIX_SPAWN_SETSIGMASK = 8;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int ATTRIBUTES = 512;

    private final Set<Integer> inherited;

    private Spawner(Set<Integer> inherited) {
        this.inherited = inherited;
    }

    /** Before this process opens any socket of its own: what is open now is what was inherited. */
    static Spawner rememberInherited() {
        Set<Integer> sockets = new HashSet<>();
        for (int fd : openDescriptors()) {
            if (fd > 2 && isSocket(fd) && (C.fcntl(fd, F_GETFD, 0) & FD_CLOEXEC) == 0) {
                sockets.add(fd);
            }
        }
        return new Spawner(sockets);
    }

    /** How a process ended. */
    record Exit(int code) {
        /** HAProxy's words: {@code code 143 (Terminated)}. */
        String describe() {
            String how =
                    switch (code) {
                        case 129 -> "Hangup";
                        case 130 -> "Interrupt";
                        case 134 -> "Aborted";
                        case 137 -> "Killed";
                        case 139 -> "Segmentation fault";
                        case 143 -> "Terminated";
                        default -> "Exit";
                    };
            return "code " + code + " (" + how + ")";
        }
    }

    /**
     * Starts a program.
     *
     * @param command an absolute path and its arguments
     * @return its pid
     */
    int spawn(List<String> command, Map<String, String> environment) throws IOException {
        hideOwnDescriptors();
        SystemCall.Strings arguments = new SystemCall.Strings(command);
        List<String> settings = new ArrayList<>();
        environment.forEach((name, value) -> settings.add(name + "=" + value));
        SystemCall.Strings variables = new SystemCall.Strings(settings);
        NativeBuffer attributes = new NativeBuffer(ATTRIBUTES);
        NativeBuffer mask = new NativeBuffer(128);
        NativeBuffer pid = new NativeBuffer(8);
        int errno;
        try {
            C.posix_spawnattr_init(attributes.address());
            C.posix_spawnattr_setflags(attributes.address(), POSIX_SPAWN_SETSIGMASK);
            C.posix_spawnattr_setsigmask(attributes.address(), mask.address());
            errno = C.posix_spawn(
                    pid.address(), command.get(0), 0, attributes.address(), arguments.address(), variables.address());
            C.posix_spawnattr_destroy(attributes.address());
        } finally { // their memory must not be freed while the kernel reads it
            Reference.reachabilityFence(arguments);
            Reference.reachabilityFence(variables);
            Reference.reachabilityFence(attributes);
            Reference.reachabilityFence(mask);
        }
        if (errno != 0) {
            throw new IOException("start " + command.get(0) + ": " + Errno.name(errno));
        }
        return pid.bytes().getInt(0);
    }

    /** Waits for the end of a process that this one started. */
    static Exit await(int pid) {
        NativeBuffer status = new NativeBuffer(4);
        int result;
        do {
            result = C.waitpid(pid, status.address(), 0);
        } while (result < 0 && io.tandem.vrrp.netlink.Libc.errno() == Errno.EINTR);
        return new Exit(result < 0 ? 255 : code(status.bytes().getInt(0)));
    }

    private static int code(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? (status >>> 8) & 0xff : 128 + signal;
    }

    /** Everything the JVM and this program opened is closed in the child; a few JVM files lack the flag by themselves. */
    private void hideOwnDescriptors() {
        for (int fd : openDescriptors()) {
            if (fd > 2 && !inherited.contains(fd)) {
                C.fcntl(fd, F_SETFD, FD_CLOEXEC);
            }
        }
    }

    private static List<Integer> openDescriptors() {
        List<Integer> open = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path entry : entries) {
                open.add(Integer.valueOf(String.valueOf(entry.getFileName())));
            }
        } catch (IOException | NumberFormatException e) {
            // Without /proc nothing can be told apart; the child then sees what has no close-on-exec flag.
        }
        return open;
    }

    private static boolean isSocket(int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd))
                    .toString()
                    .startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }
}
