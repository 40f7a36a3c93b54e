// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lines that HAProxy dropped and that are a modern line or two in other words. They are read as those; whoever reads them
 * warns. One configuration in six still has some.
 */
final class LegacyLines {
    private static final Map<String, List<String>> SAME =
            Map.of("block", List.of("http-request", "deny"), "transparent", List.of("option", "transparent"));

    private static final Map<String, List<String>> ADD_HEADER = Map.of(
            "reqadd", List.of("http-request", "add-header"),
            "rspadd", List.of("http-response", "add-header"));

    /** Each name, and what a warning says to write instead. */
    static Map<String, String> names() {
        Map<String, String> names = new TreeMap<>();
        SAME.forEach((name, words) -> names.put(name, String.join(" ", words)));
        ADD_HEADER.forEach((name, words) -> names.put(name, String.join(" ", words)));
        names.put("monitor-net", "http-request return");
        return names;
    }

    private LegacyLines() {}

    /** What such a line lacks; null where it lacks nothing, and for all other lines. */
    static @Nullable String complaint(Line line) {
        List<String> add = ADD_HEADER.get(line.keyword());
        return add == null || line.text(1).indexOf(':') > 0
                ? null
                : "the '" + line.keyword() + "' directive is retired and expects '<name>: <value>'. Use '"
                        + String.join(" ", add) + "' instead.";
    }

    /** The modern lines, or none where the line is not one of these or lacks what it needs. */
    static List<Line> modern(Line line) {
        List<String> same = SAME.get(line.keyword());
        if (same != null) {
            return List.of(rebuild(line, same, 1));
        }
        if (line.keyword().equals("monitor-net") && line.size() == 2) {
            return List.of(rebuild(
                    line, List.of("http-request", "return", "status", "200", "if", "{", "src", line.text(1), "}"), 2));
        }
        if (line.keyword().equals("mode") && line.text(1).equals("health") && line.size() == 2) {
            return List.of(
                    rebuild(line, List.of("http-request", "return", "status", "200"), 2),
                    rebuild(line, List.of("mode", "http"), 2));
        }
        List<String> add = ADD_HEADER.get(line.keyword());
        String header = line.text(1);
        int colon = header.indexOf(':');
        if (add == null || colon <= 0) {
            return List.of();
        }
        List<String> words = new ArrayList<>(add);
        words.add(header.substring(0, colon));
        words.add(header.substring(colon + 1).stripLeading().replace("%", "%%"));
        return List.of(rebuild(line, words, 2));
    }

    private static Line rebuild(Line line, List<String> beginning, int from) {
        List<Word> words = new ArrayList<>();
        beginning.forEach(text -> words.add(new Word(text, line.origin())));
        words.addAll(line.words().subList(Math.min(from, line.size()), line.size()));
        return new Line(words);
    }
}
