// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.mail;

import java.util.List;

/**
 * What is said to a mail server to leave one mail there (RFC 5321 section 3): each step waits for its answer. Pure.
 */
public final class SmtpDialogue {
    /** Where a mail stands. */
    public enum State {
        UNDER_WAY,
        /** The server has it. */
        DONE,
        /** The server does not want it: a code of 500 and more. */
        REFUSED,
        /** The server cannot take it now, or says what cannot be understood. */
        FAILED
    }

    private static final int LONGEST_LINE = 2048;

    private static final int RECIPIENT = 2;

    private final String helo;
    private final String from;
    private final List<String> to;
    private final String content;
    private final StringBuilder line = new StringBuilder();
    private int step;
    private int recipients;
    private State state = State.UNDER_WAY;
    private String complaint = "";

    SmtpDialogue(Mail mail) {
        this(mail.helo(), mail.from(), List.of(mail.to()), mail.content());
    }

    /**
     * None of these may hold a line's end, but the content.
     *
     * @param helo the name we introduce ourselves by
     * @param to at least one
     * @param content headers and body, dots doubled where they begin a line, with the dot at its end
     */
    public SmtpDialogue(String helo, String from, List<String> to, String content) {
        this.helo = helo;
        this.from = from;
        this.to = List.copyOf(to);
        this.content = content;
    }

    public State state() {
        return state;
    }

    /** What the server said that ended it. */
    public String complaint() {
        return complaint;
    }

    /** Takes what the server says; answers what to say to it, perhaps nothing. */
    public String receive(CharSequence text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && state == State.UNDER_WAY; i++) {
            char c = text.charAt(i);
            if (c != '\n') {
                line.append(c);
                if (line.length() > LONGEST_LINE) {
                    end(State.FAILED);
                }
                continue;
            }
            String whole = line.toString().stripTrailing();
            line.setLength(0);
            if (whole.length() < 4 || whole.charAt(3) != '-') { // others follow
                out.append(answer(whole));
            }
        }
        return out.toString();
    }

    private String answer(String reply) {
        String wanted =
                switch (step) {
                    case 0 -> "220";
                    case 4 -> "354";
                    case 6 -> "221";
                    default -> "250";
                };
        if (!reply.startsWith(wanted)) {
            complaint = Mail.oneLine(reply);
            // behind the mail itself its fate is settled, whatever the farewell is
            end(step == 6 ? State.DONE : reply.startsWith("5") ? State.REFUSED : State.FAILED);
            return "";
        }
        if (step == RECIPIENT && recipients + 1 < to.size()) {
            return "RCPT TO:<" + to.get(recipients++) + ">\r\n";
        }
        return switch (step++) {
            case 0 -> "HELO " + helo + "\r\n";
            case 1 -> "MAIL FROM:<" + from + ">\r\n";
            case RECIPIENT -> "RCPT TO:<" + to.get(recipients) + ">\r\n";
            case 3 -> "DATA\r\n";
            case 4 -> content;
            case 5 -> "QUIT\r\n";
            default -> {
                end(State.DONE);
                yield "";
            }
        };
    }

    /** The connection has ended, or time is up. */
    public void end() {
        if (state == State.UNDER_WAY) {
            end(step > 5 ? State.DONE : State.FAILED);
        }
    }

    private void end(State last) {
        state = last;
    }
}
