// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.smuggling;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.wire.StrictReader;
import io.tandem.node.differential.wire.StrictReader.Field;
import io.tandem.node.differential.wire.StrictReader.Message;
import io.tandem.node.fuzz.Fuzz;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Whether what arrived is what was sent. */
final class Same {
    /** Fields that a translation makes or takes away. */
    private static final Set<String> OF_FRAMING = Set.of(
            "host",
            "cookie",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "upgrade",
            "te",
            "sec-websocket-key",
            "sec-websocket-version");

    private Same() {}

    /** @param whole whether the request was answered, and so had its end */
    static void request(Sent sent, Message message, boolean whole) {
        String method = Wellformed.value(sent.fields(), ":method");
        String authority = Wellformed.value(sent.fields(), ":authority");
        String path = Wellformed.value(sent.fields(), ":path");
        boolean tunnel = method.equals("CONNECT") && !sent.values(":protocol").isEmpty();
        assertThat(message.start()).as("%s", sent).isEqualTo(tunnel ? "GET" : method);
        if (method.equals("CONNECT") && !tunnel) {
            assertThat(message.target()).as("%s", sent).isEqualTo(authority);
        } else if (path.equals("*") || authority.matches(".*[/?#].*")) { // HAProxy 2.6 reads them together, too
            assertThat(message.target()).as("%s", sent).matches("\\*|/.*|[a-z]+://.*");
        } else {
            assertThat(message.target())
                    .as("%s", sent)
                    .satisfiesAnyOf(target -> assertThat(target).isEqualTo(path), target -> assertThat(target)
                            .matches("[A-Za-z0-9+.-]+://[^/]*\\Q" + path + "\\E"));
        }
        List<String> hosts = message.values("host");
        if (!sent.values(":authority").isEmpty()) {
            assertThat(hosts).as("%s", sent).hasSize(1);
            assertThat(authority).startsWith(hosts.get(0));
        } else if (!sent.values("host").isEmpty()) {
            assertThat(hosts)
                    .as("%s", sent)
                    .containsExactly(trim(sent.values("host").get(0)));
        }
        assertThat(regular(message.fields())).as("%s", sent).isEqualTo(regular(sent.fields()));
        assertThat(message.values("connection").stream().map(v -> v.toLowerCase(Locale.ROOT)))
                .as("%s", sent)
                .isSubsetOf("close", "keep-alive", "upgrade", "Upgrade");
        if (whole && !tunnel) {
            assertThat(message.body()).as("%s", sent).isEqualTo(sent.body());
            if (!message.trailers().isEmpty()) {
                assertThat(regular(message.trailers())).as("%s", sent).isEqualTo(regular(sent.trailers()));
            }
        } else {
            assertThat(sent.body()).as("%s", sent).startsWith(message.body());
        }
    }

    /** What an HTTP/2 client heard of a response whose bytes were those; of bytes that are no response, anything. */
    static void response(String bytes, H2Peer.Heard heard) {
        Message last;
        try {
            List<Message> all = StrictReader.readResponses(bytes).messages();
            int i = 0;
            while (i < all.size() && all.get(i).start().startsWith("1")) {
                i++;
            }
            if (i >= all.size()) {
                return;
            }
            last = all.get(i);
        } catch (StrictReader.Ambiguous anything) {
            return;
        }
        List<Field> head = heard.heads.stream()
                .filter(fields -> !fields.get(0).value().startsWith("1"))
                .findFirst()
                .orElseThrow();
        String shown = Fuzz.show(Fuzz.bytes(bytes));
        assertThat(head.get(0).value()).as(shown).isEqualTo(last.start());
        assertThat(heard.data.toString()).as(shown).isEqualTo(last.body());
        List<Field> expected = regular(last.fields());
        String named = String.join(",", last.values("connection")).toLowerCase(Locale.ROOT);
        expected.removeIf(field -> named.contains(field.name()));
        List<Field> actual = regular(head);
        actual.removeIf(field -> named.contains(field.name()));
        assertThat(actual).as(shown).isEqualTo(expected);
    }

    /** What an HTTP/2 server heard of two requests whose bytes were those. */
    static void requests(String bytes, List<H2Peer.Heard> heard, String answer) {
        List<Message> messages;
        try {
            messages = StrictReader.read(bytes).messages();
        } catch (StrictReader.Ambiguous anything) {
            return;
        }
        String shown = Fuzz.show(Fuzz.bytes(bytes)) + " answered with " + answer;
        assertThat(heard).as(shown).hasSizeLessThanOrEqualTo(Math.max(1, messages.size()));
        for (int i = 0; i < Math.min(heard.size(), messages.size()); i++) {
            Message message = messages.get(i);
            H2Peer.Heard request = heard.get(i);
            List<Field> head = request.heads.get(0);
            assertThat(Wellformed.value(head, ":method")).as(shown).isEqualTo(message.start());
            if (!message.start().equals("CONNECT")) {
                String path = message.target().replaceFirst("^[a-zA-Z0-9+.-]+://[^/?]*", "");
                assertThat(Wellformed.value(head, ":path"))
                        .as(shown)
                        .isIn(path, "/" + path, path.isEmpty() ? "*" : path, path.replaceFirst("#.*", ""));
            }
            assertThat(request.data.toString()).as(shown).isEqualTo(message.body());
            String named = String.join(",", message.values("connection")).toLowerCase(Locale.ROOT);
            List<Field> expected = regular(message.fields());
            expected.removeIf(field -> named.contains(field.name()));
            List<Field> actual = regular(head);
            actual.removeIf(field -> named.contains(field.name()));
            assertThat(actual).as(shown).isEqualTo(expected);
        }
    }

    /** What an HTTP/1 client read, to the end of its connection, of a response in HTTP/2. */
    static void response(Sent sent, String answer) {
        String shown = sent + " became " + Fuzz.show(Fuzz.bytes(answer));
        StrictReader.Reading reading;
        try {
            reading = StrictReader.readResponses(answer);
        } catch (StrictReader.Ambiguous ambiguous) {
            throw new AssertionError(ambiguous.getMessage() + ": " + shown);
        }
        List<Message> finals = reading.messages().stream()
                .filter(message -> !message.start().startsWith("1"))
                .toList();
        assertThat(finals).as(shown).hasSizeLessThanOrEqualTo(1);
        if (reading.cutOff()) { // a body that is not what its head has promised is seen by the end of the connection
            String length = Integer.toString(sent.body().length());
            boolean lies = sent.values("content-length").stream().anyMatch(value -> !value.equals(length));
            assertThat(lies || !sent.trailers().isEmpty()).as(shown).isTrue();
            return;
        }
        if (finals.isEmpty() || finals.get(0).start().equals("502")) {
            return;
        }
        Message message = finals.get(0);
        int promised = sent.values("content-length").stream()
                .filter(value -> value.matches("[0-9]{1,9}"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
        String body = sent.body();
        String passed = body.substring(0, Math.min(promised, body.length())); // the end comes before what is too much
        assertThat(message.start()).as(shown).isEqualTo(Wellformed.value(sent.fields(), ":status"));
        assertThat(message.body()).as(shown).isEqualTo(message.start().matches("[23]04") ? "" : passed);
        assertThat(regular(message.fields())).as(shown).isEqualTo(regular(sent.fields()));
        if (!message.trailers().isEmpty()) {
            assertThat(regular(message.trailers())).as(shown).isEqualTo(regular(sent.trailers()));
        }
    }

    /** Fields that must arrive as they are; blanks around a value are none of it. */
    private static List<Field> regular(List<Field> fields) {
        List<Field> regular = new ArrayList<>();
        for (Field field : fields) {
            if (!field.name().startsWith(":") && !OF_FRAMING.contains(field.name())) {
                regular.add(new Field(field.name(), trim(field.value())));
            }
        }
        return regular;
    }

    private static String trim(String value) {
        return value.replaceAll("^[ \\t]+|[ \\t]+$", "");
    }
}
