// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command that starts the proxy: the launcher this program was started by, or the same JVM. */
final class WorkerCommand {
    private static final String MAIN = "io.tandem.node.cli.Main";
    private static final List<String> DEFAULTS =
            List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError");

    private WorkerCommand() {}

    /**
     * The words of the command.
     *
     * @param environment TANDEM_LAUNCHER names the launcher, TANDEM_PROXY_OPTS more options for the proxy's JVM
     * @param arguments of the guardian, handed on as they are
     */
    static List<String> of(Map<String, String> environment, List<String> arguments) {
        String options = environment.getOrDefault("TANDEM_PROXY_OPTS", "");
        String launcher = environment.get("TANDEM_LAUNCHER");
        List<String> words = new ArrayList<>();
        if (launcher != null && Files.isExecutable(Path.of(launcher)) && options.isBlank()) {
            words.add(launcher);
        } else {
            words.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
            words.addAll(DEFAULTS);
            if (!options.isBlank()) {
                words.addAll(List.of(options.strip().split("\\s+")));
            }
            words.addAll(List.of("-cp", System.getProperty("java.class.path")));
            words.add(System.getProperty("tandem.worker.main", MAIN));
        }
        words.addAll(arguments);
        return words;
    }
}
