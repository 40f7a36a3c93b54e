// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for. Immutable.
 *
 * @param task what to do
 * @param files the arguments of {@code -f} and those after {@code --}, in order
 * @param condition the argument of {@code -cc}, or null
 * @param verbose {@code -V}
 * @param quiet {@code -q}
 * @param debug {@code -d}: stay in the foreground and show traffic
 * @param foreground {@code -db}: stay in the foreground whatever the file says
 * @param daemon {@code -D}
 * @param master {@code -W} or {@code -Ws}
 * @param notifySystemd {@code -Ws}
 * @param masterSockets the arguments of {@code -S}
 * @param pidFile {@code -p}, or null
 * @param softStop processes to stop softly once everything is bound ({@code -sf})
 * @param hardStop processes to stop at once when everything is bound ({@code -st})
 * @param takeOverFrom the admin socket of a running process to take listeners from ({@code -x}), or null
 * @param localPeer {@code -L}, or null for the host's name
 * @param directory {@code -C}, or null
 * @param maxConnections {@code -n}, or 0
 * @param maxConnectionsPerProxy {@code -N}, or 0
 * @param warningsAreFatal {@code -dW}
 * @param diagnostics {@code -dD}
 * @param ignoreResolution {@code -dr}: names that cannot be resolved do not prevent the start
 * @param verifyNoServer {@code -dV}: no certificate of a server is verified
 * @param keywordClasses {@code -dK…}: classes of keywords to list, or null
 * @param withoutEffect options that HAProxy has and that mean nothing here, as they were written
 */
public record CommandLine(
        Task task,
        List<String> files,
        @Nullable String condition,
        boolean verbose,
        boolean quiet,
        boolean debug,
        boolean foreground,
        boolean daemon,
        boolean master,
        boolean notifySystemd,
        List<String> masterSockets,
        @Nullable String pidFile,
        List<Integer> softStop,
        List<Integer> hardStop,
        @Nullable String takeOverFrom,
        @Nullable String localPeer,
        @Nullable String directory,
        int maxConnections,
        int maxConnectionsPerProxy,
        boolean warningsAreFatal,
        boolean diagnostics,
        boolean ignoreResolution,
        boolean verifyNoServer,
        @Nullable String keywordClasses,
        List<String> withoutEffect) {

    /** What to do. */
    public enum Task {
        RUN,
        /** {@code -c}. */
        CHECK,
        /** {@code -cc}. */
        CONDITION,
        /** {@code -v}. */
        VERSION,
        /** {@code -vv}. */
        BUILD
    }

    public CommandLine {
        files = List.copyOf(files);
        masterSockets = List.copyOf(masterSockets);
        softStop = List.copyOf(softStop);
        hardStop = List.copyOf(hardStop);
        withoutEffect = List.copyOf(withoutEffect);
    }

    /** Whether the process goes to the background; the file's {@code daemon} is in {@code daemonInFile}. */
    public boolean background(boolean daemonInFile) {
        return (daemon || daemonInFile) && !debug && !foreground;
    }
}
