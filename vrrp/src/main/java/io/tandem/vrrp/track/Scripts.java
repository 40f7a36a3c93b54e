// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.Script;
import io.tandem.vrrp.netlink.Libc;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How a configured command is run: as the user it names, in a process group of its own, without a shell, its output
 * discarded.
 */
final class Scripts {
    private static final String SETSID = "/usr/bin/setsid";
    private static final String SETPRIV = "/usr/bin/setpriv";

    private Scripts() {}

    /**
     * Starts a command. Blocks for as long as the kernel needs to start a program.
     *
     * @param diesWithUs whether it gets SIGTERM when the calling thread ends, as when this process is killed
     * @throws IOException if the program cannot be started, or not as the user it names
     */
    static Process start(Script script, boolean diesWithUs) throws IOException {
        return start(script, diesWithUs, Map.of());
    }

    /** The same with more in its environment. */
    static Process start(Script script, boolean diesWithUs, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words(script, diesWithUs))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Signals a command and whatever it has started, unless that left its process group. */
    static void signal(Process process, int signal) {
        int pid = (int) process.pid();
        if (Libc.C.kill(-pid, signal) != 0 && process.isAlive()) {
            Libc.C.kill(pid, signal);
        }
    }

    private static List<String> words(Script script, boolean diesWithUs) throws IOException {
        List<String> words = new ArrayList<>();
        if (Files.isExecutable(Path.of(SETSID))) {
            words.add(SETSID);
        }
        String user = ScriptUsers.userOf(script);
        String obstacle = user == null ? null : ScriptUsers.obstacle(user);
        if (obstacle != null) {
            throw new IOException(obstacle);
        }
        if (user != null || (diesWithUs && Files.isExecutable(Path.of(SETPRIV)))) {
            words.add(SETPRIV);
            if (diesWithUs) {
                words.add("--pdeathsig=TERM");
            }
            if (user != null) {
                String group = script.group();
                words.addAll(List.of("--reuid=" + user, "--init-groups"));
                words.add("--regid=" + (group == null ? Users.primaryGroup(user) : group));
                // What a service was given is not the other user's.
                words.addAll(List.of("--inh-caps=-all", "--ambient-caps=-all"));
            }
            words.add("--");
        }
        if (script.command().get(0).startsWith("<")) {
            // As keepalived: what is no program's name is the shell's.
            words.addAll(List.of("/bin/sh", "-c", String.join(" ", script.command())));
        } else {
            words.addAll(script.command());
        }
        return words;
    }

    /** /etc/passwd and /etc/group. */
    static final class Users {
        private Users() {}

        static boolean exists(String user) {
            return !field("/etc/passwd", user, 2).isEmpty();
        }

        static String primaryGroup(String user) {
            String group = field("/etc/passwd", user, 3);
            return group.isEmpty() ? user : group;
        }

        /** −1 for nobody known. */
        static int uid(String user) {
            return number(user, field("/etc/passwd", user, 2));
        }

        /** −1 for none known. */
        static int gid(String group) {
            return number(group, field("/etc/group", group, 2));
        }

        private static int number(String name, String found) {
            String text = found.isEmpty() ? name : found;
            return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        }

        private static String field(String file, String name, int field) {
            try (Stream<String> lines = Files.lines(Path.of(file), StandardCharsets.ISO_8859_1)) {
                return lines.map(line -> line.split(":", -1))
                        .filter(fields -> fields.length > field && fields[0].equals(name))
                        .map(fields -> fields[field])
                        .findFirst()
                        .orElse("");
            } catch (IOException e) {
                return "";
            }
        }
    }
}
