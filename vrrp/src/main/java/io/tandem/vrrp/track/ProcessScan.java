// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which processes run, from /proc. What has been looked at is remembered: a process is read again while it is young, for
 * it may execute another program, while it counts, for it may have ended, and otherwise now and then.
 *
 * <p>Not thread-safe.
 */
final class ProcessScan {
    private static final long YOUNG_NS = 3_000_000_000L;
    private static final long AGAIN_NS = 10_000_000_000L;
    private static final int MOST_BYTES = 65_536;

    private final Path proc;
    private final List<TrackProcess> wanted;
    private final boolean readsCommands;
    private final Map<String, Seen> seen = new HashMap<>();

    private static final class Seen {
        final long firstNs;
        long readNs;
        boolean[] matches = new boolean[0];
        boolean counts;
        boolean gone;

        Seen(long nowNs) {
            firstNs = nowNs;
        }
    }

    /** @param proc where the kernel tells of processes; /proc */
    ProcessScan(Path proc, List<TrackProcess> wanted) {
        this.proc = proc;
        this.wanted = List.copyOf(wanted);
        this.readsCommands = wanted.stream().anyMatch(each -> each.match() != ProcessMatch.NAME);
    }

    /** Whether those of other users are hidden: the first of all is always there. */
    boolean seesOwnOnly() {
        return !Files.exists(proc.resolve("1"));
    }

    /** How many processes there are of each that is wanted, in their order. */
    int[] count(long nowNs) {
        String[] entries = proc.toFile().list();
        int[] counts = new int[wanted.size()];
        seen.values().forEach(each -> each.gone = true);
        for (String pid : entries == null ? new String[0] : entries) {
            if (pid.isEmpty() || pid.charAt(0) < '0' || pid.charAt(0) > '9') {
                continue;
            }
            Seen process = seen.computeIfAbsent(pid, key -> new Seen(nowNs));
            process.gone = false;
            boolean young = nowNs - process.firstNs < YOUNG_NS;
            if (young || process.counts || nowNs - process.readNs > AGAIN_NS) {
                process.readNs = nowNs;
                process.matches = matches(pid);
                process.counts = false;
                for (boolean match : process.matches) {
                    process.counts |= match;
                }
            }
            for (int i = 0; i < process.matches.length; i++) {
                counts[i] += process.matches[i] ? 1 : 0;
            }
        }
        for (Iterator<Seen> each = seen.values().iterator(); each.hasNext(); ) {
            if (each.next().gone) {
                each.remove();
            }
        }
        return counts;
    }

    private boolean[] matches(String pid) {
        boolean[] matches = new boolean[wanted.size()];
        String stat = read(pid, "stat");
        String name = stat == null ? null : nameOf(stat);
        if (name == null) {
            return matches;
        }
        List<String> command = readsCommands ? command(pid) : List.of();
        for (int i = 0; i < matches.length; i++) {
            matches[i] = matches(wanted.get(i), name, command);
        }
        return matches;
    }

    /** From {@code PID (NAME) STATE ...}; null for what has ended and only waits to be fetched. */
    private static @Nullable String nameOf(String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        if (open < 0 || close < open || stat.length() < close + 3) {
            return null;
        }
        char state = stat.charAt(close + 2);
        return state == 'Z' || state == 'X' ? null : stat.substring(open + 1, close);
    }

    private List<String> command(String pid) {
        String text = read(pid, "cmdline");
        List<String> words = new ArrayList<>();
        if (text != null && !text.isEmpty()) {
            String whole = text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
            words.addAll(List.of(whole.split("\0", -1)));
        }
        return words;
    }

    /** Null where the process has ended meanwhile. */
    private @Nullable String read(String pid, String file) {
        try (var in = Files.newInputStream(proc.resolve(pid).resolve(file))) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Whether a process is one of those.
     *
     * @param name as the kernel has it, at most 15 bytes
     * @param command its words
     */
    static boolean matches(TrackProcess wanted, String name, List<String> command) {
        List<String> words = wanted.process();
        return switch (wanted.match()) {
            case NAME ->
                name.equals(words.get(0))
                        || (name.length() == 15 && words.get(0).startsWith(name));
            case COMMAND -> command.equals(words);
            case PARTIAL ->
                words.size() == 1
                        ? command.equals(words)
                        : command.size() >= words.size() && Objects.equals(command.subList(0, words.size()), words);
            case INITIAL ->
                words.size() == 1
                        ? command.equals(words)
                        : command.size() == words.size()
                                && command.subList(0, words.size() - 1).equals(words.subList(0, words.size() - 1))
                                && command.get(words.size() - 1).startsWith(words.get(words.size() - 1));
        };
    }
}
