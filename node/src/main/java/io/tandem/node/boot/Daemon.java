// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Going to the background ({@code -D}). A Java runtime cannot fork, so the parent starts the same program once more, in a
 * session of its own, and waits until that one listens or fails: {@code -D} ends with 0 only if the proxy runs.
 */
public final class Daemon {
    /** In the child: the descriptor of the pipe to its parent. */
    public static final String READY = "TANDEM_READY_FD";

    private static final int PIPE_FD = 197;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_RDWR = 2;
    private static final int SPAWN_STRUCTURE = 512;
    private static final byte READY_BYTE = 'R';

    private final int pipe;

    private Daemon(int pipe) {
        this.pipe = pipe;
    }

    /** Whether this process is the child that stays. */
    public static boolean isChild() {
        return System.getenv(READY) != null;
    }

    /** In the child: leaves the parent's session; {@link #ready} later lets the parent go. */
    public static Daemon enter() throws IOException {
        SystemCall.check("setsid", C.setsid());
        int fd = Integer.parseInt(System.getenv(READY));
        C.fcntl(fd, 2 /* F_SETFD */, 1 /* FD_CLOEXEC */);
        return new Daemon(fd);
    }

    /** In the child: it listens. Standard input, output and error are let go of. */
    public void ready() throws IOException {
        int nothing = SystemCall.check("open /dev/null", C.open("/dev/null", O_RDWR | O_CLOEXEC, 0));
        for (int fd = 0; fd <= 2; fd++) {
            SystemCall.check("dup2", C.dup2(nothing, fd));
        }
        C.close(nothing);
        NativeBuffer word = new NativeBuffer(1);
        word.bytes().put(0, READY_BYTE);
        C.write(pipe, word.address(), 1);
        C.close(pipe);
    }

    /** In the parent: starts the child and answers the exit status once it is ready or has failed. */
    public static int start() throws IOException {
        NativeBuffer pipe = new NativeBuffer(8);
        SystemCall.check("pipe2", C.pipe2(pipe.address(), O_CLOEXEC));
        int readEnd = pipe.bytes().getInt(0);
        int writeEnd = pipe.bytes().getInt(4);
        int pid = spawn(writeEnd);
        C.close(writeEnd);
        NativeBuffer word = new NativeBuffer(1);
        long length;
        do {
            length = C.read(readEnd, word.address(), 1);
        } while (length < 0 && io.tandem.vrrp.netlink.Libc.errno() == Errno.EINTR);
        if (length == 1 && word.bytes().get(0) == READY_BYTE) {
            return 0;
        }
        NativeBuffer status = new NativeBuffer(4);
        C.waitpid(pid, status.address(), 0);
        int code = (status.bytes().getInt(0) >>> 8) & 0xff;
        return code == 0 ? 1 : code;
    }

    private static int spawn(int writeEnd) throws IOException {
        NativeBuffer actions = new NativeBuffer(SPAWN_STRUCTURE);
        NativeBuffer pid = new NativeBuffer(8);
        SystemCall.Strings argv = new SystemCall.Strings(ThisProgram.commandLine());
        List<String> environment = ThisProgram.environmentWith(READY, Integer.toString(PIPE_FD));
        SystemCall.Strings envp = new SystemCall.Strings(environment);
        String path = ThisProgram.executable();
        int errno;
        try {
            C.posix_spawn_file_actions_init(actions.address());
            C.posix_spawn_file_actions_adddup2(actions.address(), writeEnd, PIPE_FD);
            errno = C.posix_spawn(pid.address(), path, actions.address(), 0, argv.address(), envp.address());
            C.posix_spawn_file_actions_destroy(actions.address());
        } finally {
            Reference.reachabilityFence(argv);
            Reference.reachabilityFence(envp);
        }
        if (errno != 0) {
            throw new IOException("start " + path + ": " + Errno.name(errno));
        }
        return pid.bytes().getInt(0);
    }
}
