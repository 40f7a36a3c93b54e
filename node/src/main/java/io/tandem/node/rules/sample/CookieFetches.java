// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.ArrayList;
import java.util.List;

/** Fetches on cookies (RFC 6265; HAProxy manual 7.3.6). */
final class CookieFetches {
    private static final byte[] NO_NAME = {};
    private static final byte[] COMMA = Text.bytes(",");
    private static final byte[] COOKIE = Text.bytes("cookie");
    private static final byte[] SET_COOKIE = Text.bytes("set-cookie");

    static final List<Keyword<FetchKind>> ALL = all();

    private CookieFetches() {}

    private static List<Keyword<FetchKind>> all() {
        List<Keyword<FetchKind>> all = new ArrayList<>();
        for (String prefix : List.of("req.", "res.", "", "s")) {
            Need need = prefix.equals("res.") || prefix.equals("s") ? Need.RESPONSE_HEAD : Need.REQUEST_HEAD;
            all.add(value(prefix + "cook", need));
            all.add(fetch(prefix + "cook_cnt")
                    .args(optionalString("name"))
                    .returns(SampleType.INTEGER)
                    .of(need)
                    .doc("how many cookies have that name")
                    .as(args -> count(new Values(args.bytes(0), need))));
            all.add(fetch(prefix + "cook_val")
                    .args(optionalString("name"))
                    .returns(SampleType.INTEGER)
                    .of(need)
                    .doc("the value of a cookie as a number")
                    .as(args -> new HeaderFetches.Cast(new Values(args.bytes(0), need), SampleType.INTEGER)));
            if (prefix.startsWith("re")) {
                all.add(fetch(prefix + "cook_names")
                        .args(optionalString("delimiter"))
                        .of(need)
                        .doc("the names of all cookies, joined by the delimiter")
                        .as(args -> names(new Values(NO_NAME, need, true), args.has(0) ? args.bytes(0) : COMMA)));
            }
        }
        all.add(value("cookie", Need.MESSAGE_HEAD));
        return List.copyOf(all);
    }

    private static Keyword<FetchKind> value(String name, Need need) {
        return fetch(name)
                .args(optionalString("name"))
                .of(need)
                .doc("the value of a cookie")
                .as(args -> new Values(args.bytes(0), need));
    }

    private static Fetch count(Values values) {
        return (facts, out) -> {
            int count = 0;
            for (boolean any = values.first(facts, out); any; any = values.next(facts, out)) {
                count++;
            }
            out.set(count);
            return true;
        };
    }

    private static Fetch names(Values values, byte[] delimiter) {
        return (facts, out) -> {
            Builder text = new Builder(facts.scratch);
            for (boolean any = values.first(facts, out); any; any = values.next(facts, out)) {
                if (!text.isEmpty()) {
                    text.append(delimiter, 0, delimiter.length);
                }
                text.append(out);
            }
            return !text.isEmpty() && text.into(out);
        };
    }

    /** The cursor stands behind the last cookie. */
    private static final class Values implements Fetch {
        private final byte[] name;
        private final Need need;
        /** Whether a cookie's name is taken rather than its value. */
        private final boolean names;

        Values(byte[] name, Need need) {
            this(name, need, false);
        }

        Values(byte[] name, Need need, boolean names) {
            this.name = name;
            this.need = need;
            this.names = names;
        }

        @Override
        public boolean fetch(Facts facts, Sample out) {
            if (name.length == 0) {
                return first(facts, out);
            }
            int last = -1;
            for (boolean any = first(facts, out); any; any = next(facts, out)) {
                last++;
            }
            boolean any = last >= 0 && first(facts, out);
            for (int i = 0; i < last && any; i++) {
                any = next(facts, out);
            }
            return any;
        }

        @Override
        public boolean first(Facts facts, Sample out) {
            out.cursor = 0;
            return next(facts, out);
        }

        @Override
        public boolean next(Facts facts, Sample out) {
            boolean response = HeaderFetches.ofResponse(need, facts);
            Headers headers = response ? facts.response.headers() : facts.request.headers();
            int index = out.cursorIndex();
            int offset = out.cursorOffset();
            while ((index = headers.find(response ? SET_COOKIE : COOKIE, index)) >= 0) {
                byte[] bytes = headers.bytes();
                int start = headers.valueStart(index);
                int limit = headers.valueEnd(index);
                int at = start + offset;
                while (at < limit) {
                    int end = find(bytes, at, limit, ';');
                    // Of Set-Cookie only the first pair is the cookie, the rest are its attributes.
                    int behind = response ? limit : Math.min(end + 1, limit);
                    if (pair(bytes, at, end, out)) {
                        out.cursor(index, behind - start);
                        return true;
                    }
                    at = behind;
                }
                index++;
                offset = 0;
            }
            return false;
        }

        private boolean pair(byte[] bytes, int from, int to, Sample out) {
            int start = skipBlanks(bytes, from, to);
            int equals = find(bytes, start, to, '=');
            if (equals == to) {
                return false;
            }
            int nameEnd = trim(bytes, start, equals);
            if (name.length > 0 && !Text.equals(bytes, start, nameEnd, name, false)) {
                return false;
            }
            if (names) {
                out.set(SampleType.STRING, bytes, start, nameEnd);
                return true;
            }
            int valueStart = skipBlanks(bytes, equals + 1, to);
            out.set(SampleType.STRING, bytes, valueStart, trim(bytes, valueStart, to));
            return true;
        }

        private static int find(byte[] bytes, int start, int end, char wanted) {
            boolean quoted = false;
            for (int i = start; i < end; i++) {
                if (bytes[i] == '"' && wanted == ';') {
                    quoted = !quoted;
                } else if (bytes[i] == wanted && !quoted) {
                    return i;
                }
            }
            return end;
        }

        private static int skipBlanks(byte[] bytes, int from, int to) {
            int at = from;
            while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
                at++;
            }
            return at;
        }

        private static int trim(byte[] bytes, int from, int to) {
            int at = to;
            while (at > from && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
                at--;
            }
            return at;
        }
    }
}
