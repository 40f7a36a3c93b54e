// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.backend.check.JudgeStep.Judgement;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.regex.RegexSyntaxException;
import io.tandem.node.rules.regex.Regexes;
import io.tandem.node.rules.sample.Text;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The steps of the checks that know a protocol: {@code option mysql-check} and its kin. The bytes are HAProxy's. */
final class ProtocolSteps {
    private static final byte[] MYSQL_QUIT = {1, 0, 0, 0, 1};
    /** 23 bytes of zeros stand between the character set and the name. */
    private static final int MYSQL_FILLER = 23;

    private static final String LDAP_RESULTS = "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9";
    private static final String NO_LDAP = "Not LDAPv3 protocol";

    private ProtocolSteps() {}

    // ---- MySQL (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html)

    /** @param user who to log in as, without a password; null to be content with the greeting */
    static List<Step> mysql(@Nullable String user, boolean old) {
        List<Step> steps = new ArrayList<>();
        steps.add(ConnectStep.LINGERING);
        if (user != null) {
            steps.add(SendStep.of(mysqlLogin(Text.bytes(user), old)));
        }
        steps.add(new JudgeStep((answer, length, last) -> mysqlPacket(answer, length, 0, last)));
        if (user != null) {
            steps.add(new JudgeStep((answer, length, last) -> {
                int second = 4 + mysqlLength(answer, 0);
                Judgement judgement = mysqlPacket(answer, length, second, last);
                return judgement.outcome() == JudgeStep.Outcome.PASSED ? Judgement.passed("") : judgement;
            }));
        }
        return steps;
    }

    /**
     * The answer to the server's greeting, without a look at it, and a good-bye.
     *
     * <pre>
     * | length 3 | number 1 | capabilities 4 | longest packet 4 | character set 1 | 23 zeros | name, 0 | 0 |
     * | length 3 | number 1 | capabilities 2 | longest packet 3 | name, 0 | 0 |                   before 4.1
     * </pre>
     */
    private static byte[] mysqlLogin(byte[] user, boolean old) {
        int length = (old ? 5 : 9 + MYSQL_FILLER) + user.length + 2;
        ByteBuffer out = ByteBuffer.allocate(4 + length + MYSQL_QUIT.length);
        out.put((byte) length).put((byte) (length >> 8)).put((byte) 0).put((byte) 1);
        if (old) {
            out.put(new byte[] {0, (byte) 0x80, 0, 0, 1});
        } else {
            out.put(new byte[] {0, (byte) 0x82, 0, 0, 0, (byte) 0x80, 0, 1, 0x21});
            out.put(new byte[MYSQL_FILLER]);
        }
        out.put(user).put((byte) 0).put((byte) 0);
        return out.put(MYSQL_QUIT).array();
    }

    private static int mysqlLength(byte[] answer, int at) {
        return answer[at] & 0xff | (answer[at + 1] & 0xff) << 8 | (answer[at + 2] & 0xff) << 16;
    }

    private static Judgement mysqlPacket(byte[] answer, int length, int at, boolean last) {
        Judgement truncated = last ? Judgement.failed(Status.L7RSP, 0, "") : Judgement.WAIT;
        if (length < at + 4) {
            return truncated;
        }
        int body = at + 4;
        int end = body + mysqlLength(answer, at);
        if (length < end) {
            return truncated;
        }
        if (end > body && (answer[body] & 0xff) == 0xff) {
            int code = end < body + 3 ? 0 : answer[body + 1] & 0xff | (answer[body + 2] & 0xff) << 8;
            return Judgement.failed(Status.L7STS, code, end <= body + 3 ? "" : text(answer, body + 3, end));
        }
        return Judgement.passed(end <= body + 1 ? "" : text(answer, body + 1, end));
    }

    /** Up to the first NUL. */
    private static String text(byte[] bytes, int start, int end) {
        int to = start;
        while (to < end && bytes[to] != 0) {
            to++;
        }
        return Text.string(bytes, start, to);
    }

    // ---- PostgreSQL (https://www.postgresql.org/docs/current/protocol-message-formats.html)

    static List<Step> postgres(String user) {
        byte[] name = Text.bytes(user);
        ByteBuffer startup = ByteBuffer.allocate(4 + 4 + 5 + name.length + 2);
        startup.putInt(startup.capacity()).putInt(3 << 16);
        startup.put(Text.bytes("user")).put((byte) 0).put(name).put((byte) 0).put((byte) 0);
        return List.of(
                ConnectStep.LINGERING,
                SendStep.of(startup.array()),
                expect("^E", true, true, 5, null, Status.L7RSP, null, from(6), null),
                expect(
                        "^52000000[A-Z0-9]{2}000000(00|02|03|04|05|06|07|09|0A)",
                        false,
                        false,
                        9,
                        null,
                        Status.L7STS,
                        constant("PostgreSQL server is ok"),
                        constant("PostgreSQL unknown error"),
                        null));
    }

    // ---- Redis

    static List<Step> redis() {
        return List.of(
                ConnectStep.IMPLIED,
                SendStep.of(Text.bytes("*1\r\n$4\r\nPING\r\n")),
                new ExpectStep(
                        BytesMatch.string("+PONG\r\n"),
                        null,
                        false,
                        -1,
                        null,
                        Status.L7STS,
                        null,
                        constant("Redis server is ok"),
                        line(0),
                        null,
                        ""));
    }

    // ---- SMTP (RFC 5321)

    static List<Step> smtp(String hello, String domain) {
        String good = "^2[0-9]{2}[- \r]";
        return List.of(
                ConnectStep.LINGERING,
                expect("^[0-9]{3}[ \r]", true, false, 4, null, Status.L7RSP, null, line(0), null),
                smtpExpect("^2[0-9]{2}[ \r]"),
                SendStep.of(Text.bytes(hello + " " + domain + "\r\n")),
                smtpExpect(good),
                SendStep.of(Text.bytes("QUIT\r\n")),
                smtpExpect(good));
    }

    private static Step smtpExpect(String regex) {
        return expect(regex, true, false, 4, null, Status.L7STS, line(4), line(4), facts -> {
            int code = 0;
            for (int i = facts.contentStart; i < facts.contentStart + 3; i++) {
                if (i >= facts.contentEnd || facts.content[i] < '0' || facts.content[i] > '9') {
                    return OptionalInt.empty();
                }
                code = code * 10 + facts.content[i] - '0';
            }
            return OptionalInt.of(code);
        });
    }

    // ---- LDAP (RFC 4511)

    static List<Step> ldap() {
        byte[] bind = {0x30, 0x0c, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00, (byte) 0x80, 0x00};
        return List.of(
                ConnectStep.IMPLIED,
                SendStep.of(bind),
                expect("^30", false, false, 14, null, Status.L7RSP, null, constant(NO_LDAP), null),
                new JudgeStep(ProtocolSteps::ldapAnswer));
    }

    /** A bind response: message, its number 1, operation 1 with its result code first. */
    private static Judgement ldapAnswer(byte[] answer, int length, boolean last) {
        int at = behindLength(answer, length, 1);
        if (at < 0 || at + 4 > length) {
            return last ? Judgement.failed(Status.L7RSP, 0, "") : Judgement.WAIT;
        }
        if (answer[at] != 2 || answer[at + 1] != 1 || answer[at + 2] != 1 || answer[at + 3] != 0x61) {
            return Judgement.failed(Status.L7RSP, 0, NO_LDAP);
        }
        at = behindLength(answer, length, at + 4);
        if (at < 0 || at + 3 > length) {
            return last ? Judgement.failed(Status.L7RSP, 0, "") : Judgement.WAIT;
        }
        if (answer[at] != 0x0a || answer[at + 1] != 1) {
            return Judgement.failed(Status.L7RSP, 0, NO_LDAP);
        }
        int code = answer[at + 2];
        return code == 0 ? Judgement.passed("Success") : Judgement.failed(Status.L7STS, code & 0xff, LDAP_RESULTS);
    }

    /** Where what follows a length in one byte or several begins; negative where that is not here. */
    private static int behindLength(byte[] answer, int length, int at) {
        if (at >= length) {
            return -1;
        }
        int more = (answer[at] & 0x80) == 0 ? 0 : answer[at] & 0x7f;
        return at + 1 + more > length ? -1 : at + 1 + more;
    }

    // ---- TLS

    /** A client hello of SSL 3.0, with the time in it. */
    static List<Step> sslHello() {
        return List.of(
                ConnectStep.IMPLIED,
                new SendStep(facts -> sslHello((int) (facts.loop.nowMs() / 1000)), ""),
                expect("^1[56]", false, false, 5, Status.L6OK, Status.L6RSP, null, null, null));
    }

    private static byte[] sslHello(int nowS) {
        ByteBuffer out = ByteBuffer.allocate(126);
        out.put(new byte[] {0x16, 3, 0, 0, 0x79, 1, 0, 0, 0x75, 3, 0});
        out.putInt(nowS).put("HAPROXYSSLCHK\nHAPROXYSSLCHK\n".getBytes(StandardCharsets.US_ASCII));
        out.put((byte) 0).putShort((short) 78);
        for (short suite = 1; suite <= 0x1b; suite++) {
            out.putShort(suite);
        }
        for (short suite = 0x2f; suite <= 0x3a; suite++) {
            out.putShort(suite);
        }
        return out.put((byte) 1).put((byte) 0).array();
    }

    // ---- patterns and texts

    private static ExpectStep expect(
            String regex,
            boolean text,
            boolean inverted,
            int minReceived,
            @Nullable Status ok,
            Status error,
            ExpectStep.@Nullable Words onSuccess,
            ExpectStep.@Nullable Words onError,
            ExpectStep.@Nullable Code code) {
        try {
            var compiled = Regexes.compile(regex, false, false);
            return new ExpectStep(
                    text ? BytesMatch.regex(compiled) : BytesMatch.binaryRegex(compiled),
                    null,
                    inverted,
                    minReceived,
                    ok,
                    error,
                    ok == Status.L6OK ? Status.L6TOUT : null,
                    onSuccess,
                    onError,
                    code,
                    "");
        } catch (RegexSyntaxException e) {
            throw new IllegalStateException(regex, e);
        }
    }

    private static ExpectStep.Words constant(String text) {
        return HttpSendStep.constant(text);
    }

    /** The answer from there on, up to the first NUL. */
    private static ExpectStep.Words from(int offset) {
        return facts -> Text.bytes(
                have(facts) <= offset ? "" : text(facts.content, facts.contentStart + offset, facts.contentEnd));
    }

    /** The answer from there on, blanks left out, to the end of its line. */
    private static ExpectStep.Words line(int offset) {
        return facts -> {
            if (have(facts) <= offset) {
                return new byte[0];
            }
            String text = text(facts.content, facts.contentStart + offset, facts.contentEnd);
            int start = 0;
            while (offset > 0 && start < text.length() && text.charAt(start) == ' ') {
                start++;
            }
            int end = start;
            while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
                end++;
            }
            return Text.bytes(text.substring(start, end));
        };
    }

    private static int have(Facts facts) {
        return facts.contentEnd - facts.contentStart;
    }
}
