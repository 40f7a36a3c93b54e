// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lines that HAProxy dropped and that are one modern line in other words. They are read as that line; whoever reads them
 * warns. One configuration in six still has some.
 */
final class LegacyLines {
    private static final Map<String, List<String>> SAME = Map.of(
            "redispatch", List.of("option", "redispatch"),
            "redisp", List.of("option", "redispatch"),
            "block", List.of("http-request", "deny"));

    private static final Map<String, List<String>> ADD_HEADER = Map.of(
            "reqadd", List.of("http-request", "add-header"),
            "rspadd", List.of("http-response", "add-header"));

    private LegacyLines() {}

    /** The modern line, or null where the line is not one of these or lacks what it needs. */
    static @Nullable Line modern(Line line) {
        List<String> same = SAME.get(line.keyword());
        if (same != null) {
            return rebuild(line, same, 1);
        }
        List<String> add = ADD_HEADER.get(line.keyword());
        String header = line.text(1);
        int colon = header.indexOf(':');
        if (add == null || colon <= 0) {
            return null;
        }
        List<String> words = new ArrayList<>(add);
        words.add(header.substring(0, colon));
        words.add(header.substring(colon + 1).stripLeading().replace("%", "%%"));
        return rebuild(line, words, 2);
    }

    private static Line rebuild(Line line, List<String> beginning, int from) {
        List<Word> words = new ArrayList<>();
        beginning.forEach(text -> words.add(new Word(text, line.origin())));
        words.addAll(line.words().subList(Math.min(from, line.size()), line.size()));
        return new Line(words);
    }
}
