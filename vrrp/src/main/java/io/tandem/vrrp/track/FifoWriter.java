// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One named pipe that is told of every transition. Never waits for its reader: what finds the pipe full is lost, with one
 * warning until there is room again.
 *
 * <p>Owned by the notifier's thread.
 */
final class FifoWriter {
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_NOFOLLOW = System.getProperty("os.arch", "").equals("aarch64") ? 0x8000 : 0x20000;
    private static final int S_IFMT = 0170000;
    private static final int S_IFIFO = 0010000;
    private static final int SIGTERM = 15;
    private static final int MOST = 1024;
    private static final long MKFIFO_MS = 5_000;

    private final NotifyFifo config;
    private final EventLog log;
    private final NativeBuffer buffer = new NativeBuffer(MOST);
    private int fd = -1;
    private boolean made;
    private boolean full;
    private @Nullable Process reader;

    FifoWriter(NotifyFifo config, EventLog log) {
        this.config = config;
        this.log = log;
    }

    NotifyFifo config() {
        return config;
    }

    /** Makes the pipe where it is missing, opens it, starts its reader. */
    void open() {
        Path path = config.path();
        try {
            if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
                make(path);
            }
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & S_IFMT) != S_IFIFO) {
                throw new IOException("is no named pipe");
            }
            // Read as well as write: neither does opening it wait for a reader, nor is there an end when one leaves.
            fd = C.open(path.toString(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW, 0);
            if (fd < 0) {
                throw new IOException(Errno.name(Libc.errno()));
            }
            if (made) {
                give(path);
            }
        } catch (IOException | UnsupportedOperationException e) {
            log.warning("vrrp fifo " + path + ": " + e.getMessage() + "; nothing is written there");
            return;
        }
        startReader();
    }

    private void make(Path path) throws IOException {
        Process mkfifo = new ProcessBuilder("mkfifo", "-m", "600", "--", path.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!mkfifo.waitFor(MKFIFO_MS, TimeUnit.MILLISECONDS) || mkfifo.exitValue() != 0) {
                throw new IOException("cannot be made");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        made = true;
    }

    /** By the descriptor: the path may lead elsewhere by now, where its directory is somebody else's. */
    private void give(Path path) {
        if (config.user() != null) {
            String group = config.group() == null ? Scripts.Users.primaryGroup(config.user()) : config.group();
            int uid = Scripts.Users.uid(config.user());
            int gid = Scripts.Users.gid(group);
            if (uid < 0 || C.chown("/proc/self/fd/" + fd, uid, gid) != 0) {
                log.warning("vrrp fifo " + path + ": cannot be given to " + config.user());
            }
        }
    }

    /** The path is its last argument. Like keepalived's it is not started again when it ends, but by a reload. */
    private void startReader() {
        Script script = config.reader();
        if (script == null) {
            return;
        }
        List<String> words = new ArrayList<>(script.command());
        words.add(config.path().toString());
        try {
            Process started = Scripts.start(new Script(words, script.user(), script.group()), true);
            reader = started;
            started.onExit()
                    .thenRun(() -> log.info("vrrp fifo " + config.path() + ": its script has ended with status "
                            + started.exitValue()));
        } catch (IOException e) {
            log.warning("vrrp fifo " + config.path() + ": " + e.getMessage());
        }
    }

    /** After a reload. */
    void reopen() {
        if (fd < 0) {
            open();
        } else if (reader != null && !reader.isAlive()) {
            startReader();
        }
    }

    void write(String line) {
        if (fd < 0) {
            return;
        }
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        int length = Math.min(bytes.length, MOST);
        buffer.bytes().put(0, bytes, 0, length);
        // A line is below PIPE_BUF: it is written whole or not at all.
        boolean written = C.write(fd, buffer.address(), length) == length;
        if (!written && !full) {
            log.warning("vrrp fifo " + config.path() + " is full: nobody reads it; what happens meanwhile is lost");
        }
        full = !written;
    }

    /** The script has until now read what it could. */
    void close() {
        if (reader != null) {
            Scripts.signal(reader, SIGTERM);
        }
        if (fd >= 0) {
            C.close(fd);
            fd = -1;
        }
        if (made) {
            try {
                Files.deleteIfExists(config.path());
            } catch (IOException e) {
                log.warning("vrrp fifo " + config.path() + ": " + e.getMessage());
            }
        }
    }
}
