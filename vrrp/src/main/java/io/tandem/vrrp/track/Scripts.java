// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.vrrp.netlink.Libc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a configured command is run: as the user it names, without a shell, its output discarded. */
final class Scripts {
    static final String DEFAULT_USER = "keepalived_script";

    private Scripts() {}

    /**
     * A process builder for the command; one user cannot be another without util-linux's setpriv.
     *
     * @param user null for keepalived's default: {@value #DEFAULT_USER} if this host has it, else this process's own
     * @param group null for the user's own
     */
    static ProcessBuilder builder(List<String> command, @Nullable String user, @Nullable String group) {
        List<String> words = new ArrayList<>();
        String runAs = user != null ? user : mayChangeUser() && exists(DEFAULT_USER) ? DEFAULT_USER : null;
        if (runAs != null && !runAs.equals(System.getProperty("user.name"))) {
            words.addAll(List.of("setpriv", "--reuid=" + runAs, "--init-groups"));
            words.add("--regid=" + (group == null ? primaryGroup(runAs) : group));
            words.add("--");
        }
        words.addAll(command);
        return new ProcessBuilder(words)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    private static boolean mayChangeUser() {
        return Libc.C.geteuid() == 0;
    }

    private static boolean exists(String user) {
        return !passwdField(user, 2).isEmpty();
    }

    private static String primaryGroup(String user) {
        String group = passwdField(user, 3);
        return group.isEmpty() ? user : group;
    }

    private static String passwdField(String user, int field) {
        try (Stream<String> lines = Files.lines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.split(":", -1))
                    .filter(fields -> fields.length > field && fields[0].equals(user))
                    .map(fields -> fields[field])
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
