// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.tandem.node.backend.Backend;
import io.tandem.node.content.BodyFilter;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.rules.Facts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a response is compressed, by HAProxy's conditions in its order, and what its head then says: what the server sent decides,
 * before any rule changes it; what is said about it stands behind what rules have added.
 */
public final class ResponseEncoding {
    private static final byte[] CONTENT_ENCODING = Ascii.bytes("content-encoding");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] CONTENT_TYPE = Ascii.bytes("content-type");
    private static final byte[] CACHE_CONTROL = Ascii.bytes("cache-control");
    private static final byte[] TRANSFER_ENCODING = Ascii.bytes("transfer-encoding");
    private static final byte[] ETAG = Ascii.bytes("etag");
    private static final byte[] VARY = Ascii.bytes("vary");
    private static final byte[] NO_TRANSFORM = Ascii.bytes("no-transform");
    private static final byte[] MULTIPART = Ascii.bytes("multipart");
    private static final byte[] CHUNKED = Ascii.bytes("chunked");
    private static final byte[] VARIES = Ascii.bytes("Accept-Encoding");
    private static final byte[] WEAK = Ascii.bytes("W/");
    private static final int ETAG_INVALID = -2;
    private static final int ETAG_ABSENT = -1;

    private ResponseEncoding() {}

    /** Puts into {@code facts.encoding} how the response will be compressed, {@code facts.accepted} if it is. */
    public static void decide(Facts facts, Backend backend) {
        if (isWanted(facts, backend)) {
            facts.encoding = facts.accepted;
        }
    }

    /**
     * Begins to compress a response of which {@link #decide} has said that it is compressed.
     *
     * @return null where it stays as it is after all, its head untouched
     */
    public static @Nullable BodyFilter begin(Facts facts, Backend backend) {
        Algorithm algorithm = facts.encoding;
        if (algorithm == null) {
            return null;
        }
        Encoder encoder = Encoder.begin(
                facts.loop,
                facts.configuration.node().compression(),
                algorithm,
                facts.frontend.meters(),
                backend.meters());
        if (encoder != null && editHead(facts.response, algorithm)) {
            return encoder;
        }
        if (encoder != null) {
            encoder.close();
        }
        facts.encoding = null;
        return null;
    }

    private static boolean isWanted(Facts facts, Backend backend) {
        Response response = facts.response;
        Headers headers = response.headers();
        return response.minorVersion() > 0
                && (response.framing() == Framing.LENGTH || response.framing() == Framing.CHUNKED)
                && response.status() >= 200
                && response.status() <= 203
                && headers.find(CONTENT_ENCODING, 0) < 0
                && !forbidsTransformation(headers)
                && etag(headers) != ETAG_INVALID
                && isWorthIt(facts, backend);
    }

    private static boolean forbidsTransformation(Headers headers) {
        for (int i = headers.find(CACHE_CONTROL, 0); i >= 0; i = headers.find(CACHE_CONTROL, i + 1)) {
            if (FieldList.indexOf(headers.bytes(), headers.valueStart(i), headers.valueEnd(i), NO_TRANSFORM) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The index of the validator; negative where there is none, or none that can be made weak. */
    private static int etag(Headers headers) {
        int index = headers.find(ETAG, 0);
        if (index < 0) {
            return ETAG_ABSENT;
        }
        byte[] bytes = headers.bytes();
        int end = headers.valueEnd(index);
        int opaque = headers.valueStart(index) + (isWeak(headers, index) ? WEAK.length : 0);
        boolean quoted = end - opaque >= 2 && bytes[opaque] == '"' && bytes[end - 1] == '"';
        return quoted && headers.find(ETAG, index + 1) < 0 ? index : ETAG_INVALID;
    }

    private static boolean isWeak(Headers headers, int index) {
        int start = headers.valueStart(index);
        return headers.valueEnd(index) - start >= 2
                && headers.bytes()[start] == WEAK[0]
                && headers.bytes()[start + 1] == WEAK[1];
    }

    /** Whether its type and its length are worth it. */
    private static boolean isWorthIt(Facts facts, Backend backend) {
        Headers headers = facts.response.headers();
        int type = headers.find(CONTENT_TYPE, 0);
        if (type >= 0 && begins(headers, type, MULTIPART)) {
            return false;
        }
        Compression ofBackend = backend.compression();
        Compression ofFrontend = facts.frontend.compression();
        List<byte[]> types = ofBackend != null && !ofBackend.types().isEmpty()
                ? ofBackend.types()
                : ofFrontend == null ? List.of() : ofFrontend.types();
        if (!types.isEmpty() && (type < 0 || !isOneOf(types, headers, type))) {
            return false;
        }
        long least = Math.max(
                ofBackend == null ? 0 : ofBackend.minimumBytes(), ofFrontend == null ? 0 : ofFrontend.minimumBytes());
        long length = facts.response.contentLength();
        return length < 0 || length >= least;
    }

    private static boolean isOneOf(List<byte[]> types, Headers headers, int index) {
        for (int i = 0; i < types.size(); i++) {
            if (begins(headers, index, types.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean begins(Headers headers, int index, byte[] lower) {
        int start = headers.valueStart(index);
        return headers.valueEnd(index) - start >= lower.length && Ascii.equalsIgnoreCase(headers.bytes(), start, lower);
    }

    /** Says what the body will be like; false where there is no room to say it: nothing was changed then. */
    private static boolean editHead(Response response, Algorithm algorithm) {
        Headers headers = response.headers();
        int etag = etag(headers);
        boolean becomesChunked = response.framing() == Framing.LENGTH;
        boolean becomesWeak = etag >= 0 && !isWeak(headers, etag);
        int etagLength = becomesWeak ? headers.valueEnd(etag) - headers.valueStart(etag) + WEAK.length : 0;
        int needed = 4 * Headers.PUNCTUATION
                + (becomesChunked ? TRANSFER_ENCODING.length + CHUNKED.length : 0)
                + VARY.length
                + VARIES.length
                + (becomesWeak ? ETAG.length + etagLength : 0)
                + CONTENT_ENCODING.length
                + algorithm.token().length;
        if (headers.room() < needed) {
            return false;
        }
        if (becomesChunked) {
            headers.removeAll(CONTENT_LENGTH);
            headers.add(TRANSFER_ENCODING, CHUNKED, 0, CHUNKED.length);
            response.body(Framing.CHUNKED, -1, response.countedSize(), response.webSocketAcceptIndex());
        }
        headers.add(VARY, VARIES, 0, VARIES.length);
        if (becomesWeak) {
            byte[] weak = new byte[etagLength];
            System.arraycopy(WEAK, 0, weak, 0, WEAK.length);
            System.arraycopy(headers.bytes(), headers.valueStart(etag), weak, WEAK.length, etagLength - WEAK.length);
            headers.replace(etag, weak, 0, etagLength);
        }
        if (algorithm != Algorithm.IDENTITY) {
            headers.add(CONTENT_ENCODING, algorithm.token(), 0, algorithm.token().length);
        }
        return true;
    }
}
