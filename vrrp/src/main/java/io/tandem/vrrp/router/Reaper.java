// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A shell that waits for this process to die and then takes away what the kernel does not take away by itself: IPv6
 * addresses, macvlans, routes, rules, and what was changed about interfaces. It needs 1 MB and iproute2.
 *
 * <p>It reads a pipe: each line replaces what is to be done, and the pipe's end without {@code end} before it means that
 * nobody is left to do it. The signals that end a group of processes pass it by. One that is killed is started again.
 *
 * <p>Its methods may be called from any thread; starting takes a few milliseconds.
 */
final class Reaper implements AutoCloseable {
    private static final String SHELL = "/bin/sh";
    private static final String SCRIPT =
            """
            trap '' HUP INT QUIT TERM
            { echo -1000 > /proc/self/oom_score_adj; } 2>/dev/null
            four= six= set=
            while IFS= read -r line; do
              case $line in
                end) exit 0;;
                four*) four=${line#four };;
                six*) six=${line#six };;
                set*) set=${line#set };;
              esac
            done
            { printf '%s' "$four" | tr ';' '\\n' | ip -4 -force -batch -
              printf '%s' "$six" | tr ';' '\\n' | ip -6 -force -batch -
              for one in $set; do echo "${one#*=}" > "/proc/sys/net/${one%%=*}"; done; } >/dev/null 2>&1
            """;
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9 ._:/@+%=-]*");
    private static final long PAUSE_MS = 1_000;

    /**
     * What is to be done.
     *
     * @param four commands of {@code ip -4}
     * @param six commands of {@code ip -6}
     * @param settings {@code path=value} under /proc/sys/net
     */
    record Task(List<String> four, List<String> six, List<String> settings) {
        static final Task NOTHING = new Task(List.of(), List.of(), List.of());

        boolean isEmpty() {
            return four.isEmpty() && six.isEmpty() && settings.isEmpty();
        }

        private byte[] lines() {
            String text = "four " + join(four, ";") + "\nsix " + join(six, ";") + "\nset " + join(settings, " ") + "\n";
            return text.getBytes(StandardCharsets.UTF_8);
        }

        /** A name with a letter that means something to a shell is left out: it would have to be quoted twice. */
        private static String join(List<String> commands, String separator) {
            return String.join(
                    separator,
                    commands.stream()
                            .filter(command -> HARMLESS.matcher(command).matches())
                            .toList());
        }
    }

    private final EventLog log;
    private Task task = Task.NOTHING; // guarded by this
    private @Nullable Process process; // guarded by this
    private boolean closed; // guarded by this

    Reaper(EventLog log) {
        this.log = log;
    }

    /** Says what is to be done from now on; starts the shell with the first task that is not empty. */
    synchronized void expect(Task newTask) {
        if (closed || newTask.equals(task)) {
            return;
        }
        task = newTask;
        Process running = process;
        if (running == null) {
            start();
        } else {
            write(running, newTask.lines());
        }
    }

    /** The shell's process, or 0 where there is none. */
    synchronized long pid() {
        return process == null ? 0 : process.pid();
    }

    private synchronized void start() {
        if (closed || task.isEmpty()) {
            return;
        }
        try {
            Process started = new ProcessBuilder(SHELL, "-c", SCRIPT, "tandem-reaper")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process = started;
            write(started, task.lines());
            started.onExit().thenRun(this::onEnd);
        } catch (IOException e) {
            log.warning("vrrp reaper: cannot start " + SHELL + ": " + e.getMessage()
                    + "; if the guardian dies, what it put on interfaces may outlive it");
        }
    }

    /** It was killed. The pause keeps a shell that cannot run from taking a processor for itself. */
    private void onEnd() {
        synchronized (this) {
            process = null;
            if (closed) {
                return;
            }
            log.warning("vrrp reaper is=gone action=started-again");
        }
        java.util.concurrent.CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS)
                .execute(this::start);
    }

    private static void write(Process to, byte[] lines) {
        try {
            OutputStream pipe = to.getOutputStream();
            pipe.write(lines);
            pipe.flush();
        } catch (IOException e) {
            // It is gone: its successor gets the task anew.
        }
    }

    /** There is nothing left to do: the shell ends. */
    @Override
    public synchronized void close() {
        closed = true;
        if (process != null) {
            write(process, "end\n".getBytes(StandardCharsets.UTF_8));
        }
    }
}
