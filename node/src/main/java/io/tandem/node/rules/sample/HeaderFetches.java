// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Fetches on header fields (HAProxy manual 7.3.6). */
final class HeaderFetches {
    static final List<Keyword<FetchKind>> ALL = all();

    private HeaderFetches() {}

    private static List<Keyword<FetchKind>> all() {
        List<Keyword<FetchKind>> all = new ArrayList<>();
        for (String prefix : List.of("req.", "res.", "", "s")) {
            Need need = prefix.isEmpty() || prefix.equals("req.") ? Need.REQUEST_HEAD : Need.RESPONSE_HEAD;
            Need value = prefix.isEmpty() ? Need.MESSAGE_HEAD : need;
            all.add(fetch(prefix + "hdr")
                    .args(optionalString("name"), optionalInteger("occurrence"))
                    .of(value)
                    .doc("a value of the header field; values are separated by commas")
                    .as(args -> new HeaderValues(args, value, false)));
            all.add(fetch(prefix + "hdr_cnt")
                    .args(optionalString("name"))
                    .returns(SampleType.INTEGER)
                    .of(need)
                    .doc("how many values the header field has")
                    .as(args -> count(new HeaderValues(args, need, false))));
            all.add(fetch(prefix + "hdr_val")
                    .args(optionalString("name"), optionalInteger("occurrence"))
                    .returns(SampleType.INTEGER)
                    .of(need)
                    .doc("a value of the header field as a number")
                    .as(args -> new Cast(new HeaderValues(args, need, false), SampleType.INTEGER)));
            all.add(fetch(prefix + "hdr_ip")
                    .args(optionalString("name"), optionalInteger("occurrence"))
                    .returns(SampleType.ADDRESS)
                    .of(need)
                    .doc("a value of the header field as an address")
                    .as(args -> new Cast(new HeaderValues(args, need, false), SampleType.ADDRESS)));
            if (prefix.startsWith("re")) {
                full(prefix, need, all);
            }
        }
        return List.copyOf(all);
    }

    private static void full(String prefix, Need need, List<Keyword<FetchKind>> all) {
        all.add(fetch(prefix + "fhdr")
                .args(optionalString("name"), optionalInteger("occurrence"))
                .of(need)
                .doc("a whole line of the header field, commas included")
                .as(args -> new HeaderValues(args, need, true)));
        all.add(fetch(prefix + "fhdr_cnt")
                .args(optionalString("name"))
                .returns(SampleType.INTEGER)
                .of(need)
                .doc("how many lines the header field has")
                .as(args -> count(new HeaderValues(args, need, true))));
        all.add(fetch(prefix + "hdr_names")
                .args(optionalString("delimiter"))
                .of(need)
                .doc("the names of all header fields, joined by the delimiter")
                .as(args -> names(need, delimiter(args))));
        all.add(fetch(prefix + "hdrs_bin")
                .returns(SampleType.BINARY)
                .of(need)
                .doc("all header fields: names and values, each behind its length, and two empty ones")
                .simply((facts, out) -> binary(headers(need, facts), facts.scratch, out)));
        all.add(fetch(prefix + "hdrs")
                .returns(SampleType.BINARY)
                .of(need)
                .doc("all header fields as they stand on the wire")
                .simply((facts, out) -> lines(headers(need, facts), facts.scratch, out)));
    }

    /** The first byte of it, as HAProxy takes it. */
    private static byte[] delimiter(Args args) {
        return args.has(0) ? Text.bytes(args.string(0).substring(0, 1)) : new byte[] {','};
    }

    static boolean ofResponse(Need need, Facts facts) {
        return need == Need.RESPONSE_HEAD || (need == Need.MESSAGE_HEAD && facts.responding);
    }

    private static Headers headers(Need need, Facts facts) {
        return ofResponse(need, facts) ? facts.response.headers() : facts.request.headers();
    }

    private static Fetch count(HeaderValues values) {
        return (facts, out) -> {
            int count = 0;
            for (boolean any = values.start(facts, out); any; any = values.next(facts, out)) {
                count++;
            }
            out.set(count);
            return true;
        };
    }

    private static Fetch names(Need need, byte[] delimiter) {
        return (facts, out) -> {
            Headers headers = headers(need, facts);
            Builder text = new Builder(facts.scratch);
            for (int i = 0; i < headers.count(); i++) {
                if (headers.isLive(i)) {
                    if (!text.isEmpty()) {
                        text.append(delimiter, 0, delimiter.length);
                    }
                    text.appendLower(headers.bytes(), headers.nameStart(i), headers.nameEnd(i));
                }
            }
            return text.into(out);
        };
    }

    private static boolean lines(Headers headers, Scratch scratch, Sample out) {
        Builder text = new Builder(scratch);
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i)) {
                text.appendLower(headers.bytes(), headers.nameStart(i), headers.nameEnd(i));
                text.append(SEPARATOR, 0, 2);
                text.append(headers.bytes(), headers.valueStart(i), headers.valueEnd(i));
                text.append(SEPARATOR, 2, 4);
            }
        }
        text.append(SEPARATOR, 2, 4);
        return text.into(out, SampleType.BINARY);
    }

    private static boolean binary(Headers headers, Scratch scratch, Sample out) {
        Builder list = new Builder(scratch);
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i)) {
                length(list, headers.nameEnd(i) - headers.nameStart(i));
                list.appendLower(headers.bytes(), headers.nameStart(i), headers.nameEnd(i));
                length(list, headers.valueEnd(i) - headers.valueStart(i));
                list.append(headers.bytes(), headers.valueStart(i), headers.valueEnd(i));
            }
        }
        list.append(0);
        list.append(0);
        return list.into(out, SampleType.BINARY);
    }

    /**
     * A number as HAProxy's SPOE has it (SPOE.txt 3.1): below 240 a byte, else 4 bits of it behind ones, then 7 in each byte,
     * whose highest bit says that more follow.
     */
    private static void length(Builder list, int number) {
        if (number < ONE_BYTE) {
            list.append(number);
            return;
        }
        list.append(number | ONE_BYTE);
        int rest = (number - ONE_BYTE) >> 4;
        while (rest >= MORE) {
            list.append(rest | MORE);
            rest = (rest - MORE) >> 7;
        }
        list.append(rest);
    }

    private static final int ONE_BYTE = 240;
    private static final int MORE = 128;

    private static final byte[] SEPARATOR = Text.bytes(": \r\n");

    /** Another fetch's values as another type; those that are none are passed over. */
    record Cast(Fetch values, SampleType type) implements Fetch {
        private static final int LAST_PORT = 65_535;

        @Override
        public boolean fetch(Facts facts, Sample out) {
            return values.fetch(facts, out) && cast(facts, out);
        }

        @Override
        public boolean first(Facts facts, Sample out) {
            return values.first(facts, out) && (cast(facts, out) || next(facts, out));
        }

        @Override
        public boolean next(Facts facts, Sample out) {
            while (values.next(facts, out)) {
                if (cast(facts, out)) {
                    return true;
                }
            }
            return false;
        }

        /** An empty value is the number 0; behind an IPv4 address there may be a port. */
        private boolean cast(Facts facts, Sample out) {
            if (type == SampleType.INTEGER && out.length() == 0) {
                out.set(0L);
                return true;
            }
            if (type == SampleType.ADDRESS) {
                dropPort(out);
            }
            return Casts.cast(type, facts.scratch, out);
        }

        private static void dropPort(Sample out) {
            int at = out.end;
            int port = 0;
            int unit = 1;
            while (at > out.start && out.bytes[at - 1] >= '0' && out.bytes[at - 1] <= '9' && unit <= LAST_PORT) {
                port += unit * (out.bytes[--at] - '0');
                unit *= 10;
            }
            boolean isPort = at > out.start && at < out.end && out.bytes[at - 1] == ':' && port <= LAST_PORT;
            if (isPort && Addresses.parseIpv4(out.bytes, out.start, at - 1) >= 0) {
                out.end = at - 1;
            }
        }
    }

    /**
     * The values of a field, or of all fields when no name is given. The cursor stands behind the last value; where there are no
     * more it is negative.
     */
    static final class HeaderValues implements Fetch {
        /** How many values back from the last one HAProxy can look. */
        private static final int MAX_BACK = 10;

        private static final VarHandle LONGS =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
        private static final long ONES = 0x0101010101010101L;
        private static final long HIGH_BITS = 0x8080808080808080L;

        private final byte[] name;
        private final Need need;
        private final boolean whole;
        private final int occurrence;

        HeaderValues(Args args, Need need, boolean whole) {
            name = Text.bytes(args.string(0).toLowerCase(Locale.ROOT));
            this.need = need;
            this.whole = whole;
            occurrence = args.integer(1, 0);
            if (occurrence < -MAX_BACK) {
                throw new SampleError("header occurrence must be >= -" + MAX_BACK);
            }
        }

        @Override
        public boolean fetch(Facts facts, Sample out) {
            return occurrence > 0 ? nth(facts, out) : fromLast(facts, out, occurrence == 0 ? 1 : -occurrence);
        }

        private boolean nth(Facts facts, Sample out) {
            boolean any = start(facts, out);
            for (int i = 1; any && i < occurrence; i++) {
                any = next(facts, out);
            }
            return any;
        }

        private boolean fromLast(Facts facts, Sample out, int back) {
            int count = 0;
            for (boolean any = start(facts, out); any; any = next(facts, out)) {
                count++;
            }
            if (count < back) {
                return false;
            }
            boolean any = start(facts, out);
            for (int i = 0; any && i < count - back; i++) {
                any = next(facts, out);
            }
            return any;
        }

        @Override
        public boolean first(Facts facts, Sample out) {
            return occurrence == 0 ? start(facts, out) : fetch(facts, out) && end(out);
        }

        /** Only the occurrence asked for: {@link #next} will find none. */
        private static boolean end(Sample out) {
            out.cursor = -1;
            return true;
        }

        boolean start(Facts facts, Sample out) {
            out.cursor = 0;
            return next(facts, out);
        }

        @Override
        public boolean next(Facts facts, Sample out) {
            if (out.cursor < 0) {
                return false;
            }
            Headers headers = headers(need, facts);
            int index = out.cursorIndex();
            int offset = out.cursorOffset();
            while ((index = find(headers, index)) >= 0) {
                int start = headers.valueStart(index);
                int end = headers.valueEnd(index);
                if (whole) {
                    out.set(SampleType.STRING, headers.bytes(), start, end);
                    out.cursor(index + 1, 0);
                    return true;
                }
                if (start + offset < end || (offset == 0 && start == end)) {
                    int comma = comma(headers.bytes(), start + offset, end);
                    slice(headers.bytes(), start + offset, comma, out);
                    if (comma < end) {
                        out.cursor(index, comma + 1 - start);
                    } else {
                        out.cursor(index + 1, 0);
                    }
                    return true;
                }
                index++;
                offset = 0;
            }
            out.cursor = -1;
            return false;
        }

        private int find(Headers headers, int from) {
            if (name.length > 0) {
                return headers.find(name, from);
            }
            for (int i = from; i < headers.count(); i++) {
                if (headers.isLive(i)) {
                    return i;
                }
            }
            return -1;
        }

        private static void slice(byte[] bytes, int from, int to, Sample out) {
            int start = from;
            int end = to;
            while (start < end && blank(bytes[start])) {
                start++;
            }
            while (end > start && blank(bytes[end - 1])) {
                end--;
            }
            out.set(SampleType.STRING, bytes, start, end);
        }

        private static boolean blank(byte b) {
            return b == ' ' || b == '\t';
        }

        /** The next comma that is not inside quotes, or {@code end}. */
        private static int comma(byte[] bytes, int from, int end) {
            boolean quoted = false;
            for (int i = behindPlain(bytes, from, end); i < end; i++) {
                byte b = bytes[i];
                if (quoted && b == '\\') {
                    i++;
                } else if (b == '"') {
                    quoted = !quoted;
                } else if (b == ',' && !quoted) {
                    return i;
                }
            }
            return end;
        }

        /** Behind as many eights of bytes as have no comma and no quote among them. */
        private static int behindPlain(byte[] bytes, int from, int end) {
            int at = from;
            while (end - at >= Long.BYTES) {
                long word = (long) LONGS.get(bytes, at);
                long commas = word ^ ',' * ONES;
                long quotes = word ^ '"' * ONES;
                if ((((commas - ONES & ~commas) | (quotes - ONES & ~quotes)) & HIGH_BITS) != 0) {
                    return at;
                }
                at += Long.BYTES;
            }
            return at;
        }
    }
}
