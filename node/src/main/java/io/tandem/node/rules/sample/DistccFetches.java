// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;

/**
 * Fetches on a message of distcc, the distributed compiler (its doc/protocol-1.txt; HAProxy manual 7.3.5): tokens of four
 * letters and eight hexadecimal digits, a number or the length of a body that follows.
 */
final class DistccFetches {
    private static final int NAME = 4;
    private static final int HEAD = 12;
    private static final List<String> WITHOUT_BODY = List.of("DIST", "ARGC", "STAT", "DONE", "NFIL");

    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("distcc_param")
                    .args(string("token"), optionalInteger("occurrence"))
                    .returns(SampleType.INTEGER)
                    .of(Need.MESSAGE_BUFFER)
                    .doc("the number behind a token of a distcc message")
                    .as(args -> new Token(args, false)),
            fetch("distcc_body")
                    .args(string("token"), optionalInteger("occurrence"))
                    .returns(SampleType.BINARY)
                    .of(Need.MESSAGE_BUFFER)
                    .doc("the body of a token of a distcc message")
                    .as(args -> new Token(args, true)));

    private DistccFetches() {}

    private static final class Token implements Fetch {
        private final byte[] name;
        private final int occurrence;
        private final boolean wantsBody;

        Token(Args args, boolean wantsBody) {
            name = args.bytes(0);
            occurrence = args.integer(1, 0);
            this.wantsBody = wantsBody;
            if (name.length != NAME) {
                throw new SampleError("token name must be exactly 4 characters");
            }
        }

        @Override
        public boolean fetch(Facts facts, Sample out) {
            if (PayloadFetches.isHttp(facts)) {
                return false;
            }
            byte[] bytes = facts.content;
            int end = facts.contentEnd;
            int at = facts.contentStart;
            int before = Math.max(0, occurrence - 1);
            while (end - at >= HEAD) {
                long number = number(bytes, at + NAME);
                if (number < 0) {
                    return false; // no token: no distcc
                }
                boolean wanted = Text.startsWith(bytes, at, end, name, false) && before-- <= 0;
                int body = at + HEAD;
                long behind = body + (hasBody(bytes, at) ? number : 0);
                if (wanted && !wantsBody) {
                    out.set(number);
                    return true;
                }
                if (behind > end) {
                    break;
                }
                if (wanted) {
                    out.set(SampleType.BINARY, bytes, body, (int) behind);
                    return true;
                }
                at = (int) behind;
            }
            PayloadFetches.mayChange(facts);
            return false;
        }

        private static boolean hasBody(byte[] bytes, int at) {
            for (int i = 0; i < WITHOUT_BODY.size(); i++) {
                if (is(bytes, at, WITHOUT_BODY.get(i))) {
                    return false;
                }
            }
            return true;
        }

        private static boolean is(byte[] bytes, int at, String token) {
            for (int i = 0; i < NAME; i++) {
                if (bytes[at + i] != token.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        /** Eight hexadecimal digits, or -1. */
        private static long number(byte[] bytes, int at) {
            long number = 0;
            for (int i = at; i < at + HEAD - NAME; i++) {
                int digit = Character.digit(bytes[i], 16);
                if (digit < 0) {
                    return -1;
                }
                number = number << 4 | digit;
            }
            return number;
        }
    }
}
