// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.smuggling;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.wire.StrictReader.Field;
import java.util.List;
import java.util.Set;

/** What RFC 9113 section 8 asks of messages in HTTP/2, written down once more. */
final class Wellformed {
    private static final String NAME = "[!#$%&'*+.^_`|~0-9a-z-]+";
    private static final Set<String> FORBIDDEN =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private Wellformed() {}

    static void request(H2Peer.Heard heard) {
        List<Field> head = heard.heads.get(0);
        assertThat(heard.heads).hasSizeLessThanOrEqualTo(2);
        List<String> pseudos = head.stream()
                .map(Field::name)
                .filter(name -> name.startsWith(":"))
                .toList();
        assertThat(pseudos).as("%s", head).doesNotHaveDuplicates();
        String method = value(head, ":method");
        assertThat(method).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
        if (method.equals("CONNECT")) {
            assertThat(pseudos).contains(":method", ":authority");
        } else {
            assertThat(pseudos)
                    .contains(":method", ":scheme", ":path")
                    .isSubsetOf(Set.of(":method", ":scheme", ":path", ":authority"));
            assertThat(value(head, ":path")).matches("(/[!-\\xff&&[^\\x7f]]*|\\*)");
        }
        assertThat(List.of("trailers", "")).contains(value(head, "te"));
        head(head, heard, false);
    }

    static void response(H2Peer.Heard heard, boolean ofHead) {
        int last = 0;
        while (last < heard.heads.size() && status(heard.heads.get(last)).startsWith("1")) {
            List<Field> interim = heard.heads.get(last++);
            fields(interim.subList(1, interim.size()));
        }
        assertThat(last).as("a final response in %s", heard.heads).isLessThan(heard.heads.size());
        assertThat(heard.heads).hasSizeLessThanOrEqualTo(last + 2);
        List<Field> head = heard.heads.get(last);
        String status = status(head);
        assertThat(head.stream().filter(field -> field.name().startsWith(":"))).hasSize(1);
        head(head, heard, ofHead || status.equals("304"));
        if (ofHead || status.equals("304") || status.equals("204")) {
            assertThat(heard.data).isEmpty();
        }
        if (heard.heads.size() > last + 1) {
            fields(heard.heads.get(last + 1));
        }
    }

    private static String status(List<Field> head) {
        assertThat(head.get(0).name()).isEqualTo(":status");
        assertThat(head.get(0).value()).matches("[1-9][0-9][0-9]");
        return head.get(0).value();
    }

    /** The status behind all interim ones. */
    static int finalStatus(H2Peer.Heard heard) {
        return heard.heads.stream()
                .map(Wellformed::status)
                .filter(status -> !status.startsWith("1"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no final response in " + heard.heads));
    }

    private static void head(List<Field> head, H2Peer.Heard heard, boolean bodyless) {
        int regular = 0;
        while (regular < head.size() && head.get(regular).name().startsWith(":")) {
            regular++;
        }
        fields(head.subList(regular, head.size()));
        List<String> lengths = head.stream()
                .filter(field -> field.name().equals("content-length"))
                .map(Field::value)
                .toList();
        assertThat(lengths).hasSizeLessThanOrEqualTo(1);
        if (!lengths.isEmpty() && !bodyless && heard.ended) {
            assertThat(lengths.get(0)).isEqualTo(Integer.toString(heard.data.length()));
        }
    }

    private static void fields(List<Field> fields) {
        for (Field field : fields) {
            assertThat(field.name()).matches(NAME).isNotIn(FORBIDDEN);
            assertThat(field.value().chars()).as("%s", field).noneMatch(c -> c == 0 || c == '\r' || c == '\n');
        }
    }

    static String value(List<Field> fields, String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(Field::value)
                .findFirst()
                .orElse("");
    }
}
