// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.HaproxyCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code -c} says about a text: the installed haproxy beside ours. */
final class CheckedBeside {
    /** As many mistakes as haproxy reads on after. */
    private static final String OF_THE_ENGINE = "the TLS engine of this process";

    private static final int TOGETHER = 19;

    private static final Pattern PLACE = Pattern.compile("\\[t\\.cfg:(\\d+)]");
    private static final String TIMES = "defaults\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n";

    private final Path directory;
    private final List<String> differences = new ArrayList<>();

    /** @param directory where files are that {@code @/} stands for */
    CheckedBeside(Path directory) {
        this.directory = directory;
    }

    List<String> differences() {
        return differences;
    }

    /** Notes it where the two say different things. */
    void compare(String name, String section) throws IOException, InterruptedException {
        compare(name, section, "");
    }

    /**
     * Notes where the two say different things about lines that stand in one text: once about all, and once about those that
     * were not refused in reading, which are looked at as a whole only then.
     *
     * @param entries words for {@code %s}; behind {@code =>} part of a warning that ours gives besides
     * @param section for each of them, with {@code %d} in the place of a number
     * @param end behind all of them
     */
    void compareAll(List<String> entries, String section, String end) throws IOException, InterruptedException {
        for (int from = 0; from < entries.size(); from += TOGETHER) {
            compareSome(entries.subList(from, Math.min(entries.size(), from + TOGETHER)), section, end);
        }
    }

    private void compareSome(List<String> entries, String section, String end)
            throws IOException, InterruptedException {
        List<String> accepted = new ArrayList<>();
        Map<Integer, List<String>> alerts = together(entries, section, end, "in reading");
        for (int i = 0; i < entries.size(); i++) {
            if (!alerts.containsKey(i)) {
                accepted.add(entries.get(i));
            }
        }
        together(accepted, section, end, "as a whole");
    }

    private Map<Integer, List<String>> together(List<String> entries, String section, String end, String when)
            throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder(TIMES);
        NavigableMap<Integer, Integer> lines = new TreeMap<>();
        for (int i = 0; i < entries.size(); i++) {
            lines.put((int) text.chars().filter(c -> c == '\n').count() + 1, i);
            String words = entries.get(i).split(" => ", 2)[0];
            text.append(completed(section.replace("%s", words).replace("%d", String.valueOf(i))));
        }
        lines.put((int) text.chars().filter(c -> c == '\n').count() + 1, entries.size());
        text.append(completed(end));
        Map<Integer, List<String>> theirs = byEntry(haproxy(text.toString()), lines);
        boolean whole = when.equals("as a whole");
        Map<Integer, List<String>> ours = byEntry(
                LoadedText.of(text.toString()).messages().stream()
                        .filter(message -> whole || !message.matches("(?s)(Proxy|frontend) '.*"))
                        .toList(),
                lines);
        if (!Engine.isNative()) { // what it cannot do is said besides
            ours.values().forEach(said -> said.removeIf(message -> message.contains(OF_THE_ENGINE)));
        }
        for (int i = -1; i <= entries.size(); i++) {
            List<String> haproxy = theirs.getOrDefault(i, List.of());
            List<String> tandem = new ArrayList<>(ours.getOrDefault(i, List.of()));
            String[] words = i < 0 || i == entries.size()
                    ? new String[] {"elsewhere"}
                    : entries.get(i).split(" => ", 2);
            boolean told = words.length == 1
                    || (!whole && tandem.isEmpty())
                    || tandem.removeIf(message -> message.contains(words[1]));
            if (!told || !new TreeSet<>(haproxy).equals(new TreeSet<>(tandem))) {
                differences.add(words[0] + ", " + when + "\n  haproxy: " + haproxy + "\n  tandem:  " + tandem
                        + (told ? "" : "\n  not told: " + words[1]));
            }
        }
        return theirs;
    }

    /** Messages by the entry whose line they name, -1 for none. */
    private static Map<Integer, List<String>> byEntry(List<String> messages, NavigableMap<Integer, Integer> lines) {
        Map<Integer, List<String>> all = new TreeMap<>();
        for (String message : messages) {
            Matcher place = PLACE.matcher(message);
            Map.Entry<Integer, Integer> entry =
                    place.find() ? lines.floorEntry(Integer.parseInt(place.group(1))) : null;
            if (!HaproxyCheck.isSummary(message)) {
                all.computeIfAbsent(entry == null ? -1 : entry.getValue(), none -> new ArrayList<>())
                        .add(message.strip());
            }
        }
        return all;
    }

    private String completed(String text) {
        return text.replace("@/", directory + "/").replace(" @\n", " " + directory + "\n");
    }

    /**
     * Notes it where the two say different things.
     *
     * @param more part of a warning that ours gives besides, empty for none
     */
    void compare(String name, String section, String more) throws IOException, InterruptedException {
        String text = TIMES + completed(section);
        List<String> theirs = haproxy(text);
        List<String> ours = new ArrayList<>();
        boolean told = more.isEmpty();
        for (String message : LoadedText.of(text).messages()) {
            if (!told && message.contains(more)) {
                told = true;
            } else if (!HaproxyCheck.isSummary(message)) {
                ours.add(message.strip());
            }
        }
        if (!told || !ours.equals(theirs)) {
            differences.add(
                    name + "\n  haproxy: " + theirs + "\n  tandem:  " + ours + (told ? "" : "\n  not told: " + more));
        }
    }

    private List<String> haproxy(String text) throws IOException, InterruptedException {
        return HaproxyCheck.of(directory, text).stream()
                .map(HaproxyCheck.Message::text)
                .toList();
    }
}
