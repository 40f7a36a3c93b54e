// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.observe.BadMessages;
import io.tandem.node.observe.BadMessages.BadMessage;
import io.tandem.node.observe.BadMessages.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code show errors}: as HAProxy prints it, without the flags of its own state machines. */
class ErrorCommandsTest {
    private final LoadedText loaded = LoadedText.of(
            """
            defaults
                mode http
                timeout client 1s
                timeout server 1s
                timeout connect 1s
            frontend f
                bind 127.0.0.1:18999
                default_backend b
            backend b
                server s1 127.0.0.1:1
            """);

    @BeforeEach
    void twoMessagesWereBad() {
        loaded.node().configuration(loaded.configuration());
        BadMessages all = loaded.node().badMessages();
        byte[] request = "GET / HTTP/1.1\r\nX y: z\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] response = ("hello\t\\\u0001" + "z".repeat(80)).getBytes(StandardCharsets.US_ASCII);
        all.keep(new BadMessage(
                Kind.REQUEST,
                all.nextEvent(),
                0,
                "f",
                1,
                null,
                -1,
                null,
                -1,
                "127.0.0.1:4",
                request,
                17,
                "FIELD_NAME"));
        all.keep(new BadMessage(
                Kind.RESPONSE, all.nextEvent(), 0, "b", 2, "f", 1, "s1", 1, "127.0.0.1:5", response, 0, "STATUS_LINE"));
    }

    private String show(String... words) {
        StringBuilder answer = new StringBuilder();
        new Commands(ErrorCommands.of(loaded.node())).run(List.of(words), "", Level.ADMIN, answer);
        return answer.toString().replaceAll("\\[[0-9]{2}/[A-Z][a-z]{2}/[^\\]]*]", "[DATE]");
    }

    private static final String REQUEST =
            """
             \s
            [DATE] frontend f (#1): invalid request
              backend <NONE> (#-1), server <NONE> (#-1), event #0, src 127.0.0.1:4
              buffer starts at 0 (including 0 out), 16358 free,
              len 26, wraps at 16336, error at position 17
              H1 msg state FIELD_NAME :
             \s
              00000  GET / HTTP/1.1\\r\\n
              00016  X y: z\\r\\n
              00024  \\r\\n
            """
                    .substring(1);

    private static final String RESPONSE =
            """
             \s
            [DATE] backend b (#2): invalid response
              frontend f (#1), server s1 (#1), event #1, src 127.0.0.1:5
              buffer starts at 0 (including 0 out), 16296 free,
              len 88, wraps at 16336, error at position 0
              H1 msg state STATUS_LINE :
             \s
              00000  hello\\t\\\\\\x01zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz
              00065+ zzzzzzzzzzzzzzzzzzzzzzz
            """
                    .substring(1);

    private static final String TOTAL = "Total events captured on [DATE] : 2\n";

    @Test
    void everyProxysLastMessagesAreShown() {
        assertThat(show("show", "errors")).isEqualTo(TOTAL + REQUEST + RESPONSE);
    }

    @Test
    void aProxyIsNamedOrNumbered() {
        assertThat(show("show", "errors", "b")).isEqualTo(TOTAL + RESPONSE);
        assertThat(show("show", "errors", "1")).isEqualTo(TOTAL + REQUEST + RESPONSE); // it was on its way there
        assertThat(show("show", "errors", "nobody")).isEqualTo("No such proxy.\n");
    }

    @Test
    void requestsOrResponsesAloneAreShown() {
        assertThat(show("show", "errors", "-1", "request")).isEqualTo(TOTAL + REQUEST);
        assertThat(show("show", "errors", "-1", "response")).isEqualTo(TOTAL + RESPONSE);
    }
}
