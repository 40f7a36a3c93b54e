// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.rules.Facts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of a proxy's algorithms a client takes (RFC 9110 section 12.5.3, as far as HAProxy reads it): the one of the greatest
 * weight, the first of several; a name that does not match is none, {@code *} matches the proxy's first.
 */
public final class AcceptedEncoding {
    private static final byte[] ACCEPT_ENCODING = Ascii.bytes("accept-encoding");
    private static final byte[] USER_AGENT = Ascii.bytes("user-agent");
    private static final byte[] OLD = Ascii.bytes("Mozilla/4");
    private static final byte[] MSIE = Ascii.bytes("MSIE ");
    private static final byte[] SP2 = Ascii.bytes("SV1");
    /** Where the browsers that can be trusted have their name, version and service pack. */
    private static final int MSIE_AT = 25;

    private static final int VERSION_AT = 30;
    private static final int SP2_AT = 51;
    private static final int FULL_WEIGHT = 1000;

    private AcceptedEncoding() {}

    /** Puts it into {@code facts.accepted}; the backend's algorithms go before the frontend's. */
    public static void choose(Facts facts, Backend backend) {
        Compression ofBackend = backend.compression();
        Compression ofFrontend = facts.frontend.compression();
        List<Algorithm> algorithms = algorithms(ofBackend);
        if (algorithms.isEmpty()) {
            algorithms = algorithms(ofFrontend);
        }
        if (algorithms.isEmpty() || facts.request.minorVersion() == 0) {
            return;
        }
        Headers headers = facts.request.headers();
        if (isUntrusted(headers)) {
            return;
        }
        Algorithm best = best(headers, algorithms);
        if (best == null) {
            facts.accepted = algorithms.contains(Algorithm.IDENTITY) ? Algorithm.IDENTITY : null;
            return;
        }
        facts.accepted = best;
        if ((ofBackend != null && ofBackend.offload()) || (ofFrontend != null && ofFrontend.offload())) {
            headers.removeAll(ACCEPT_ENCODING);
        }
    }

    private static List<Algorithm> algorithms(@Nullable Compression settings) {
        return settings == null ? List.of() : settings.algorithms();
    }

    /** Browsers of the fourth Mozilla could not decompress what they asked for, but for Internet Explorer from 6 SP2 on. */
    private static boolean isUntrusted(Headers headers) {
        int index = headers.find(USER_AGENT, 0);
        if (index < 0) {
            return false;
        }
        byte[] bytes = headers.bytes();
        int start = headers.valueStart(index);
        int end = headers.valueEnd(index);
        if (!isAt(bytes, start, end, OLD)) {
            return false;
        }
        int version = start + VERSION_AT;
        return version >= end
                || !isAt(bytes, start + MSIE_AT, end, MSIE)
                || bytes[version] < '6'
                || (bytes[version] == '6' && !isAt(bytes, start + SP2_AT, end, SP2));
    }

    private static boolean isAt(byte[] bytes, int at, int end, byte[] text) {
        if (end - at < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (bytes[at + i] != text[i]) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Algorithm best(Headers headers, List<Algorithm> algorithms) {
        byte[] bytes = headers.bytes();
        Algorithm best = null;
        int bestWeight = 0;
        for (int i = headers.find(ACCEPT_ENCODING, 0); i >= 0; i = headers.find(ACCEPT_ENCODING, i + 1)) {
            int end = headers.valueEnd(i);
            int comma;
            for (int from = headers.valueStart(i); from < end; from = comma + 1) {
                comma = FieldList.elementEnd(bytes, from, end);
                int first = FieldList.skipBlanks(bytes, from, comma);
                int last = nameEnd(bytes, first, comma);
                int weight = weight(bytes, last, comma);
                Algorithm match = weight > bestWeight ? match(bytes, first, last, algorithms) : null;
                if (match != null) {
                    best = match;
                    bestWeight = weight;
                }
            }
        }
        return best;
    }

    /** Where the name of an element ends, before blanks and parameters. */
    public static int nameEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != ';' && !FieldList.isBlank(bytes[at])) {
            at++;
        }
        return at;
    }

    private static @Nullable Algorithm match(byte[] bytes, int start, int end, List<Algorithm> algorithms) {
        if (start == end) {
            return null;
        }
        for (int i = 0; i < algorithms.size(); i++) {
            Algorithm algorithm = algorithms.get(i);
            if (bytes[start] == '*' || Ascii.isIgnoreCase(bytes, start, end, algorithm.token())) {
                return algorithm;
            }
        }
        return null;
    }

    /**
     * The weight of an element, in thousandths.
     *
     * @param from where its parameters begin
     */
    public static int weight(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end) {
            while (at < end && (bytes[at] == ';' || FieldList.isBlank(bytes[at]))) {
                at++;
            }
            if (at + 1 < end && bytes[at] == 'q' && bytes[at + 1] == '=') {
                return thousandths(bytes, at + 2, end);
            }
            while (at < end && bytes[at] != ';') {
                at++;
            }
        }
        return FULL_WEIGHT;
    }

    private static int thousandths(byte[] bytes, int from, int end) {
        if (from == end || bytes[from] != '0') {
            return FULL_WEIGHT; // "1", or no number at all
        }
        int at = from + 1;
        int value = 0;
        if (at < end && bytes[at] == '.') {
            at++;
            for (int unit = 100; unit > 0 && at < end && bytes[at] >= '0' && bytes[at] <= '9'; unit /= 10) {
                value += unit * (bytes[at++] - '0');
            }
        }
        return value;
    }
}
