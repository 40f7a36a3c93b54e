// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.vrrp.netlink.Libc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command this process was started with, and ways to start it again. */
final class ThisProgram {
    private static final Path COMMAND = Path.of("/proc/self/cmdline");
    private static final Path EXECUTABLE = Path.of("/proc/self/exe");

    private ThisProgram() {}

    /** The Java runtime's file. */
    static String executable() throws IOException {
        return Files.readSymbolicLink(EXECUTABLE).toString();
    }

    /** All words of the command line, those of the Java runtime included. */
    static List<String> commandLine() throws IOException {
        String text = Files.readString(COMMAND, StandardCharsets.UTF_8);
        List<String> words = new ArrayList<>(List.of(text.split("\0", -1)));
        words.remove(words.size() - 1);
        return words;
    }

    /** The environment with one variable more. */
    static List<String> environmentWith(String name, String value) {
        List<String> environment = new ArrayList<>();
        for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
            if (!variable.getKey().equals(name)) {
                environment.add(variable.getKey() + "=" + variable.getValue());
            }
        }
        environment.add(name + "=" + value);
        return environment;
    }

    /**
     * {@code -C}: goes to the directory and starts anew there, since a Java runtime remembers where it was started. The pid
     * stays. Returns only by an exception.
     *
     * @param arguments this program's own arguments, among them {@code -C} and {@code directory}
     */
    static void restartIn(String directory, String... arguments) throws IOException {
        if (!Files.isDirectory(Path.of(directory))) {
            boolean exists = Files.exists(Path.of(directory));
            throw new IOException("Could not change to directory " + directory + " : "
                    + (exists ? "Not a directory" : "No such file or directory"));
        }
        SystemCall.check("Could not change to directory " + directory + " ", Libc.C.chdir(directory));
        List<String> command = commandLine();
        List<String> kept = new ArrayList<>(command.subList(0, command.size() - arguments.length));
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--")) {
                kept.addAll(List.of(arguments).subList(i, arguments.length));
                break;
            }
            if (arguments[i].equals("-C")) {
                i++;
            } else {
                kept.add(arguments[i]);
            }
        }
        SystemCall.execute(executable(), kept, environmentWith("PWD", directory));
    }

    /**
     * Hands over to the guardian, which the launcher starts for {@code -W}. Returns only by an exception.
     *
     * @param asked whether the arguments have {@code -W} already, rather than the file {@code master-worker}
     */
    static void becomeMaster(String launcher, boolean asked, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(asked ? List.of(launcher) : List.of(launcher, "-W"));
        command.addAll(List.of(arguments));
        SystemCall.execute(launcher, command, environmentWith("TANDEM_ROLE", ""));
    }
}
