// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

class SmtpDialogueTest {
    private static final ZonedDateTime DATE = ZonedDateTime.of(2026, 11, 2, 3, 4, 5, 0, ZoneOffset.UTC);

    private static SmtpDialogue dialogue(String text) {
        return new SmtpDialogue(new Mail("me", "a@x", "b@y", text, DATE));
    }

    @Test
    void eachStepWaitsForItsAnswer() {
        SmtpDialogue dialogue = dialogue("Server b/s is DOWN.");

        assertThat(dialogue.receive("220-there is more\r\n220 he")).isEmpty();
        assertThat(dialogue.receive("llo\r\n")).isEqualTo("HELO me\r\n");
        assertThat(dialogue.receive("250 ok\r\n")).isEqualTo("MAIL FROM:<a@x>\r\n");
        assertThat(dialogue.receive("250 ok\r\n")).isEqualTo("RCPT TO:<b@y>\r\n");
        assertThat(dialogue.receive("250 ok\r\n")).isEqualTo("DATA\r\n");
        assertThat(dialogue.receive("354 go\r\n"))
                .startsWith("From: a@x\r\nTo: b@y\r\nDate: Mon, 02 Nov 2026 03:04:05 +0000 (")
                .endsWith("Subject: [HAProxy Alert] Server b/s is DOWN\r\n\r\nServer b/s is DOWN\r\n\r\n.\r\n");
        assertThat(dialogue.receive("250 queued\r\n")).isEqualTo("QUIT\r\n");
        assertThat(dialogue.state()).isEqualTo(SmtpDialogue.State.UNDER_WAY);
        assertThat(dialogue.receive("221 bye\r\n")).isEmpty();
        assertThat(dialogue.state()).isEqualTo(SmtpDialogue.State.DONE);
    }

    @Test
    void aServersWordsCannotAddHeadersOrEndTheMail() {
        String content = new Mail("me", "a@x", "b@y\r\nBcc: c@z", ".\r\n.\r\nQUIT", DATE).content();

        assertThat(content.split("\r\n\r\n", -1)).hasSize(3);
        assertThat(content).doesNotContain("\r\nBcc").doesNotContain("\r\nQUIT").endsWith("\r\n\r\n.\r\n");
    }

    @Test
    void refusalsAreFinalAndTroublesAreNot() {
        SmtpDialogue refused = dialogue("x");
        refused.receive("554 go away\r\n");
        SmtpDialogue busy = dialogue("x");
        busy.receive("421 later\r\n");
        SmtpDialogue endless = dialogue("x");
        endless.receive("2".repeat(100_000));

        assertThat(refused.state()).isEqualTo(SmtpDialogue.State.REFUSED);
        assertThat(refused.complaint()).isEqualTo("554 go away");
        assertThat(busy.state()).isEqualTo(SmtpDialogue.State.FAILED);
        assertThat(endless.state()).isEqualTo(SmtpDialogue.State.FAILED);
    }

    @Test
    void whatAServerComplainsOfCannotForgeALogLine() {
        SmtpDialogue dialogue = dialogue("x");

        dialogue.receive("554 no\u001b[2J\u0007\n<0>forged\r\n");

        assertThat(dialogue.complaint()).startsWith("554 no").matches("[ -~]*");
    }

    @Test
    void behindTheMailItselfAnEndIsNoFailure() {
        SmtpDialogue dialogue = dialogue("x");
        for (String reply : new String[] {"220 a", "250 a", "250 a", "250 a", "354 a", "250 a"}) {
            dialogue.receive(reply + "\r\n");
        }

        dialogue.end();

        assertThat(dialogue.state()).isEqualTo(SmtpDialogue.State.DONE);
    }
}
