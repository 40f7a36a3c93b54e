// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The line rules of HAProxy's runtime API (management guide 9.3), as observed on 2.6. */
class SessionTest {
    private final Commands commands = new Commands(List.of(
            command("show info", Level.USER, "info\n"),
            command("show stat", Level.USER, "stat\n"),
            command("enable server", Level.ADMIN, "")));

    private static Command command(String name, Level level, String answer) {
        return new Command(name, name, "test", level, (arguments, out) -> {
            out.append(answer);
            if (!arguments.payload().isEmpty()) {
                out.append("payload=").append(arguments.payload());
            }
        });
    }

    private Session session(Level level) {
        return new Session(commands, level);
    }

    @Test
    void everyAnswerEndsWithAnEmptyLineAndTheSessionEndsAfterTheLine() {
        Session session = session(Level.USER);

        assertThat(session.receive("show info\n")).isEqualTo("info\n\n");
        assertThat(session.ended()).isTrue();
    }

    @Test
    void silentSuccessIsJustTheEmptyLine() {
        assertThat(session(Level.ADMIN).receive("enable server b/s\n")).isEqualTo("\n");
    }

    @Test
    void aSemicolonSeparatesCommandsUnlessEscaped() {
        assertThat(session(Level.USER).receive("show info;show stat\n")).isEqualTo("info\n\nstat\n\n");
        assertThat(Session.split("set x a\\;b")).containsExactly(List.of("set", "x", "a;b"));
    }

    @Test
    void aLineWithoutItsEndIsNotExecuted() {
        Session session = session(Level.USER);

        assertThat(session.receive("show in")).isEmpty();
        assertThat(session.ended()).isFalse();
        assertThat(session.receive("fo\n")).isEqualTo("info\n\n");
    }

    @Test
    void promptKeepsTheSessionOpen() {
        Session session = session(Level.USER);

        assertThat(session.receive("prompt\n")).isEqualTo("\n> ");
        assertThat(session.receive("show info\n")).isEqualTo("info\n\n> ");
        assertThat(session.ended()).isFalse();
        assertThat(session.receive("quit\n")).isEmpty();
        assertThat(session.ended()).isTrue();
    }

    @Test
    void aLevelTooLowIsDenied() {
        assertThat(session(Level.OPERATOR).receive("enable server b/s\n")).isEqualTo("Permission denied\n\n");
    }

    @Test
    void aSessionMayLowerItsLevelButNotRaiseIt() {
        Session session = session(Level.ADMIN);
        session.receive("prompt\n");

        assertThat(session.receive("user\n")).isEqualTo("\n> ");
        assertThat(session.receive("enable server b/s\n")).isEqualTo("Permission denied\n\n> ");
        assertThat(session.receive("operator\n")).isEqualTo("Permission denied\n\n> ");
    }

    @Test
    void anUnknownCommandIsAnsweredWithWhatIsNear() {
        assertThat(session(Level.USER).receive("show nope\n"))
                .startsWith("Unknown command, but maybe one of the following ones is a better match:\n  show info ")
                .contains("  help [<command>]                        : list matching or all commands\n")
                .endsWith("  quit                                    : disconnect\n\n");
    }

    @Test
    void aCommandNothingIsNearToIsAnsweredWithAll() {
        assertThat(session(Level.USER).receive("xyzzy\n"))
                .startsWith("Unknown command. Please enter one of the following commands only:\n");
    }

    @Test
    void aPayloadRunsToTheEmptyLine() {
        Session session = session(Level.USER);

        assertThat(session.receive("show info <<\na\nb\n")).isEmpty();
        assertThat(session.receive("\n")).isEqualTo("info\npayload=a\nb\n\n");
        assertThat(session.ended()).isTrue();
    }

    @Test
    void anEndlessLineEndsTheSession() {
        Session session = session(Level.USER);

        assertThat(session.receive("x".repeat(Session.MAX_LINE + 1))).isEmpty();
        assertThat(session.ended()).isTrue();
    }
}
