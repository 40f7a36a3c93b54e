// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.mail;

/**
 * What is said to a mail server to leave one mail there (RFC 5321 section 3): each step waits for its answer. Pure.
 */
final class SmtpDialogue {
    /** Where a mail stands. */
    enum State {
        UNDER_WAY,
        /** The server has it. */
        DONE,
        /** The server does not want it: a code of 500 and more. */
        REFUSED,
        /** The server cannot take it now, or says what cannot be understood. */
        FAILED
    }

    private static final int LONGEST_LINE = 2048;

    private final Mail mail;
    private final StringBuilder line = new StringBuilder();
    private int step;
    private State state = State.UNDER_WAY;
    private String complaint = "";

    SmtpDialogue(Mail mail) {
        this.mail = mail;
    }

    State state() {
        return state;
    }

    /** What the server said that ended it. */
    String complaint() {
        return complaint;
    }

    /** Takes what the server says; answers what to say to it, perhaps nothing. */
    String receive(CharSequence text) {
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
            complaint = reply;
            // behind the mail itself its fate is settled, whatever the farewell is
            end(step == 6 ? State.DONE : reply.startsWith("5") ? State.REFUSED : State.FAILED);
            return "";
        }
        return switch (step++) {
            case 0 -> "HELO " + mail.helo() + "\r\n";
            case 1 -> "MAIL FROM:<" + mail.from() + ">\r\n";
            case 2 -> "RCPT TO:<" + mail.to() + ">\r\n";
            case 3 -> "DATA\r\n";
            case 4 -> mail.content();
            case 5 -> "QUIT\r\n";
            default -> {
                end(State.DONE);
                yield "";
            }
        };
    }

    /** The connection has ended, or time is up. */
    void end() {
        if (state == State.UNDER_WAY) {
            end(step > 5 ? State.DONE : State.FAILED);
        }
    }

    private void end(State last) {
        state = last;
    }
}
