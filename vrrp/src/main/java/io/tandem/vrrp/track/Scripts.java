// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a configured command is run: as the user it names, without a shell, its output discarded. */
final class Scripts {
    private Scripts() {}

    /** A process builder for the command; one user cannot be another without util-linux's setpriv. */
    static ProcessBuilder builder(List<String> command, @Nullable String user, @Nullable String group) {
        List<String> words = new ArrayList<>();
        if (user != null && !user.equals(System.getProperty("user.name"))) {
            words.addAll(List.of("setpriv", "--reuid=" + user, "--init-groups"));
            words.add("--regid=" + (group == null ? user : group));
            words.add("--");
        }
        words.addAll(command);
        return new ProcessBuilder(words)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
    }
}
