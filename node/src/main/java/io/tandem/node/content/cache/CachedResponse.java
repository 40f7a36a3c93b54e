// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A stored response on its way to a client, in the place of a server: rules, filters and the client's pace hold for it as for any
 * other. Each loop keeps a stack of them.
 */
public final class CachedResponse implements ServerStream {
    /** What logs call the server. */
    public static final String SERVICE = "<CACHE>";

    private static final LoopLocal<ArrayDeque<CachedResponse>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 256;
    private static final int PIECE = 16 * 1024;

    private static final byte[] NOT_MODIFIED = Ascii.bytes("Not Modified");
    private static final byte[] IF_NONE_MATCH = Ascii.bytes("if-none-match");
    private static final byte[] IF_MODIFIED_SINCE = Ascii.bytes("if-modified-since");
    private static final byte[] ETAG = Ascii.bytes("etag");
    private static final byte[] LAST_MODIFIED = Ascii.bytes("last-modified");
    private static final byte[] DATE = Ascii.bytes("date");

    private final Loop loop;
    private final byte[] age = new byte[20];
    private final Trailers trailers = new Trailers();
    private @Nullable ResponseScanner scanner;
    private int maxFields;
    private Facts facts;
    private ResponseListener listener;
    private @Nullable Entry entry;
    private @Nullable HeadBuffer buffer;
    private Framing framing = Framing.NONE;
    private int position;
    private int end;
    private boolean reading;
    private boolean pumping;

    private CachedResponse(Facts facts, ResponseListener listener) {
        loop = facts.loop;
        this.facts = facts;
        this.listener = listener;
    }

    /**
     * The response that was found for a request.
     *
     * @throws IllegalStateException if none was
     */
    public static CachedResponse of(Facts facts, ResponseListener listener) {
        CacheUse use = facts.caching;
        Entry found = use == null ? null : use.found();
        if (found == null) {
            throw new IllegalStateException("nothing was found in a cache");
        }
        CachedResponse free = FREE.of(facts.loop).pollLast();
        CachedResponse chosen = free == null ? new CachedResponse(facts, listener) : free;
        chosen.facts = facts;
        chosen.listener = listener;
        chosen.entry = found;
        return chosen;
    }

    /** Reads its head; false if that cannot be, as with limits that have become smaller: it is as if nothing had been found. */
    public boolean load(Tuning tuning) {
        Entry present = entry;
        if (present == null || present.headLength() > tuning.bufferSize()) {
            return false;
        }
        if (!head(present, tuning)) {
            clear();
            return false;
        }
        boolean modified = !isUnmodified(present);
        if (!modified) {
            notModified();
        }
        framing = modified && !CacheUse.isBodiless(present, facts) ? present.framing : Framing.NONE;
        position = 0;
        end = framing == Framing.NONE ? 0 : present.bodyLength();
        long length = framing == Framing.LENGTH ? end : -1;
        facts.response.body(framing, length, facts.response.countedSize(), -1);
        if (present.http2) {
            facts.response.asHttp2();
        }
        return true;
    }

    /** Hands the response on, once it is {@link #load}ed; the exchange may be over when this returns. */
    public void start() {
        reading = true;
        pumping = true;
        ResponseListener.Fate fate = listener.onResponse(null, 0);
        pumping = false;
        if (fate != ResponseListener.Fate.REFUSED) {
            pump();
        }
    }

    private boolean head(Entry present, Tuning tuning) {
        HeadBuffer taken = HeadBuffer.take(loop, tuning.bufferSize());
        buffer = taken;
        ResponseScanner reader = scanner;
        if (reader == null || maxFields != tuning.maxFields()) {
            reader = new ResponseScanner(facts.response, 2 * tuning.maxFields());
            scanner = reader;
            maxFields = tuning.maxFields();
        }
        reader.into(facts.response);
        reader.begin(taken, 0);
        present.readHead(taken.bytes());
        if (reader.scan(present.headLength()) != ResponseScanner.Progress.COMPLETE) {
            return false;
        }
        long ageS = present.age + Math.max(0, loop.nowMs() / 1000 - present.storedAtS);
        int start = Ascii.decimalBackwards(age, age.length, ageS);
        int counted = reader.countedSize();
        if (facts.response.headers().add(Storable.AGE, age, start, age.length)) {
            counted += Storable.AGE.length + age.length - start;
        }
        facts.response.body(Framing.NONE, -1, counted, -1);
        return true;
    }

    // ---- conditional requests (RFC 9110 section 13)

    private boolean isUnmodified(Entry present) {
        Request request = facts.request;
        if (request.method() != Method.GET && request.method() != Method.HEAD) {
            return false;
        }
        Headers asked = request.headers();
        int match = asked.find(IF_NONE_MATCH, 0);
        if (match >= 0) {
            return matches(asked, match);
        }
        int since = asked.find(IF_MODIFIED_SINCE, 0);
        if (since < 0) {
            return false;
        }
        long known = HttpDate.parse(asked.bytes(), asked.valueStart(since), asked.valueEnd(since));
        return known != HttpDate.NONE && lastModified(present) <= known;
    }

    private boolean matches(Headers asked, int first) {
        Headers own = facts.response.headers();
        int etag = own.find(ETAG, 0);
        byte[] bytes = asked.bytes();
        for (int i = first; i >= 0; i = asked.find(IF_NONE_MATCH, i + 1)) {
            int last = asked.valueEnd(i);
            int comma;
            for (int from = asked.valueStart(i); from < last; from = comma + 1) {
                comma = tagEnd(bytes, from, last);
                int start = FieldList.skipBlanks(bytes, from, comma);
                int stop = FieldList.trimBlanks(bytes, start, comma);
                boolean any = stop - start == 1 && bytes[start] == '*';
                if (any || (etag >= 0 && isSameTag(bytes, start, stop, own, etag))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Where the comma behind a tag stands; one between quotes belongs to the tag. */
    private static int tagEnd(byte[] bytes, int from, int end) {
        boolean quoted = false;
        int at = from;
        while (at < end && (quoted || bytes[at] != ',')) {
            quoted ^= bytes[at++] == '"';
        }
        return at;
    }

    /** Weak comparison (RFC 9110 section 8.8.3.2); what is not between quotes is no tag. */
    private static boolean isSameTag(byte[] bytes, int start, int end, Headers own, int etag) {
        byte[] ownBytes = own.bytes();
        int opaque = opaqueStart(bytes, start, end);
        int ownOpaque = opaqueStart(ownBytes, own.valueStart(etag), own.valueEnd(etag));
        int length = end - opaque;
        if (opaque < 0 || ownOpaque < 0 || length != own.valueEnd(etag) - ownOpaque) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[opaque + i] != ownBytes[ownOpaque + i]) {
                return false;
            }
        }
        return true;
    }

    private static int opaqueStart(byte[] bytes, int start, int end) {
        int opaque = end - start >= 2 && bytes[start] == 'W' && bytes[start + 1] == '/' ? start + 2 : start;
        return end - opaque >= 2 && bytes[opaque] == '"' && bytes[end - 1] == '"' ? opaque : -1;
    }

    /** Seconds since 1970: what the response says, or when it was sent, or when it came. */
    private long lastModified(Entry present) {
        long said = date(LAST_MODIFIED);
        if (said == HttpDate.NONE) {
            said = date(DATE);
        }
        return said == HttpDate.NONE ? present.storedAtS : said;
    }

    private long date(byte[] name) {
        Headers headers = facts.response.headers();
        int index = headers.find(name, 0);
        return index < 0
                ? HttpDate.NONE
                : HttpDate.parse(headers.bytes(), headers.valueStart(index), headers.valueEnd(index));
    }

    private void notModified() {
        Response response = facts.response;
        int counted = response.countedSize() - (response.reasonEnd() - response.reasonStart());
        int reason = response.headers().stash(NOT_MODIFIED, 0, NOT_MODIFIED.length);
        int start = reason < 0 ? response.reasonStart() : reason;
        int stop = reason < 0 ? start : reason + NOT_MODIFIED.length;
        response.startLine(304, start, stop, response.minorVersion());
        response.body(Framing.NONE, -1, counted + stop - start, -1);
    }

    // ---- the body

    /** Hands on as much as is wanted now. */
    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        while (reading && position < end) {
            handOn();
            if (!reading && position < end) {
                listener.onServerReadComplete(); // the client may take more by that
            }
        }
        pumping = false;
        if (entry == null || position < end) {
            return; // it is over, or the client takes no more now
        }
        if (framing == Framing.UNTIL_CLOSE) {
            listener.onServerClosed(true);
        } else {
            listener.onResponseEnd(framing == Framing.CHUNKED ? trailers() : null, false);
        }
    }

    private Trailers trailers() {
        trailers.clear();
        Entry present = entry;
        if (present != null && present.trailerLength() > 0) {
            byte[] lines = new byte[present.trailerLength()];
            present.readTrailers(lines);
            int colon;
            int stop;
            for (int at = 0; at < lines.length; at = stop + 2) { // each is "name: value CRLF"
                for (colon = at; lines[colon] != ':'; ) {
                    colon++;
                }
                for (stop = colon; lines[stop] != '\r'; ) {
                    stop++;
                }
                trailers.add(lines, at, colon, lines, colon + 2, stop);
            }
        }
        return trailers;
    }

    private void handOn() {
        for (Entry present = entry; present != null && reading && position < end; present = entry) {
            int length = Math.min(PIECE, end - position);
            ByteBuf piece = PooledByteBufAllocator.DEFAULT.directBuffer(length, length);
            try {
                present.readBody(position, piece, length);
                position += length;
                listener.onResponseBody(piece, length, 0, true);
            } finally {
                piece.release();
            }
        }
    }

    @Override
    public void reading(boolean on) {
        boolean again = on && !reading;
        reading = on;
        if (again && position < end) {
            pump();
        }
    }

    // ---- the request, which is of no more use

    @Override
    public void head(Request request, boolean keepAlive) {}

    @Override
    public void body(ByteBuf in, int length) {}

    @Override
    public void end(@Nullable Trailers trailers) {}

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void expect(int timeoutMs) {}

    @Override
    public void becomeTunnel() {}

    @Override
    public void tunnel(ByteBuf in) {}

    @Override
    public void shutdownOutput() {}

    @Override
    public boolean isReused() {
        return false;
    }

    // ---- how it ends

    @Override
    public @Nullable ServerConnection release(boolean reusable) {
        close();
        return null;
    }

    @Override
    public void close() {
        entry = null; // it is the exchange's, which unpins it
        reading = false;
        position = end;
    }

    @Override
    public void clear() {
        close();
        ResponseScanner reader = scanner;
        if (reader != null) {
            reader.clear();
        }
        HeadBuffer present = buffer;
        if (present != null) {
            buffer = null;
            present.release(loop);
            ArrayDeque<CachedResponse> free = FREE.of(loop);
            if (!pumping && free.size() < KEPT_PER_LOOP) { // not while it is at work
                free.addLast(this);
            }
        }
    }
}
