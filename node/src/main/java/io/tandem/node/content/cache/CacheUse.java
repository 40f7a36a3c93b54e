// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.netty.buffer.ByteBuf;
import io.tandem.node.content.BodyFilter;
import io.tandem.node.content.BodySink;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.pattern.ByteHash;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange has to do with caches: the key of its request, what was found for it, and its response while that is being
 * stored. As a filter it copies the body; what it copies goes on unchanged, to whichever filter is next. Each loop keeps a stack of
 * them.
 */
public final class CacheUse implements BodyFilter {
    private static final LoopLocal<ArrayDeque<CacheUse>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 256;

    private static final byte[] HTTPS = Ascii.bytes("https://");
    private static final byte[] HOST = Ascii.bytes("host");
    private static final byte[] AUTHORIZATION = Ascii.bytes("authorization");
    private static final byte[] HTTP_1_0 = Ascii.bytes("HTTP/1.0 ");
    private static final byte[] HTTP_1_1 = Ascii.bytes("HTTP/1.1 ");
    private static final byte[] COLON = Ascii.bytes(": ");
    private static final byte[] LINE_END = Ascii.bytes("\r\n");

    // what HAProxy counts for a stored response beside its head and body
    private static final int COUNTED_ENTRY = 112 + 15;
    private static final int COUNTED_BLOCK = 4;

    /** Of a head's buffer, so that rules can add to it again. */
    private static final int RESERVE = 1024;

    private final Loop loop;
    private final Variants variants = new Variants();
    private byte[] key = new byte[256];
    private int keyLength;
    private long hash;
    private boolean authorized;
    private boolean storable;

    private @Nullable Cache foundIn;
    private @Nullable Entry found;
    private @Nullable Cache storedIn;
    private @Nullable Entry stored;
    private long countedSize;
    private @Nullable BodyFilter next;

    private CacheUse(Loop loop) {
        this.loop = loop;
    }

    private static CacheUse of(Facts facts) {
        CacheUse present = facts.caching;
        if (present == null) {
            CacheUse free = FREE.of(facts.loop).pollLast();
            present = free == null ? new CacheUse(facts.loop) : free;
            facts.caching = present;
        }
        return present;
    }

    /** The exchange is over: lets go of everything. */
    public void release() {
        abandon();
        Entry entry = found;
        if (entry != null) {
            entry.unpin();
        }
        found = null;
        foundIn = null;
        next = null;
        keyLength = 0;
        ArrayDeque<CacheUse> free = FREE.of(loop);
        if (free.size() < KEPT_PER_LOOP) {
            free.addLast(this);
        }
    }

    // ---- http-request cache-use

    /** What became of {@link #lookUp}. */
    public enum Outcome {
        /** The request is not one to be answered from a cache. */
        NOT_ASKED,
        MISSED,
        FOUND
    }

    /** Looks a request up; what is found is the answer to it, if no rule objects. */
    public static Outcome lookUp(Facts facts, Cache cache) {
        Request request = facts.request;
        Method method = request.method();
        if (request.minorVersion() == 0
                || method == Method.OPTIONS
                || method == Method.TRACE
                || method == Method.CONNECT
                || (facts.caching != null && facts.caching.found != null)) {
            return Outcome.NOT_ASKED;
        }
        CacheUse use = of(facts);
        if (!use.makeKey(request)) {
            return Outcome.NOT_ASKED;
        }
        Headers headers = request.headers();
        use.authorized = headers.find(AUTHORIZATION, 0) >= 0;
        use.storable = !Directives.has(headers, Storable.NO_STORE);
        if (cache.settings().processVary()) {
            use.variants.ofRequest(headers);
        }
        if ((method != Method.GET && method != Method.HEAD) || use.authorized || Storable.asksServer(headers)) {
            return Outcome.NOT_ASKED;
        }
        Entry entry = cache.find(use.key, use.keyLength, use.hash, use.variants, facts.loop.nowMs() / 1000);
        if (entry == null) {
            return Outcome.MISSED;
        }
        use.found = entry;
        use.foundIn = cache;
        return Outcome.FOUND;
    }

    /** Scheme, host and target; false where the request does not say for which host it is. */
    private boolean makeKey(Request request) {
        byte[] bytes = request.bytes();
        int start = request.uriStart();
        int end = request.uriEnd();
        keyLength = 0;
        boolean absolute = start < end && bytes[start] != '/' && bytes[start] != '*';
        if (!absolute) {
            Headers headers = request.headers();
            int host = headers.find(HOST, 0);
            if (host < 0) {
                return false;
            }
            appendKey(HTTPS, 0, HTTPS.length);
            appendKey(headers.bytes(), headers.valueStart(host), headers.valueEnd(host));
        }
        appendKey(bytes, start, end);
        hash = ByteHash.of(key, 0, keyLength, false);
        return true;
    }

    private void appendKey(byte[] bytes, int start, int end) {
        int length = end - start;
        if (keyLength + length > key.length) {
            key = Arrays.copyOf(key, Math.max(2 * key.length, keyLength + length));
        }
        System.arraycopy(bytes, start, key, keyLength, length);
        keyLength += length;
    }

    /** What was found; null for nothing. */
    @Nullable Entry found() {
        return found;
    }

    public boolean hasFound() {
        return found != null;
    }

    /** The cache that had it; null where none had. */
    public @Nullable Cache foundIn() {
        return foundIn;
    }

    // ---- http-response cache-store

    /** Begins to store the response as rules have made it, if it can be. What changes a resource makes it forgotten instead. */
    public static void store(Facts facts, Cache cache) {
        CacheUse use = facts.caching;
        if (use == null || use.keyLength == 0 || use.found != null || use.stored != null) {
            return;
        }
        switch (facts.request.method()) {
            case GET -> {
                if (use.storable && facts.response.status() == 200) {
                    use.begin(facts, cache);
                }
            }
            case HEAD, OPTIONS, TRACE, CONNECT -> {}
            default -> {
                if (facts.response.status() >= 200 && facts.response.status() < 400) {
                    cache.invalidate(use.key, use.keyLength, use.hash);
                }
            }
        }
    }

    private void begin(Facts facts, Cache cache) {
        Response response = facts.response;
        Headers headers = response.headers();
        long nowS = facts.loop.nowMs() / 1000;
        int lifetimeS = Storable.lifetimeS(headers, authorized, cache.settings().maxAgeS(), nowS);
        if (lifetimeS < 0) {
            return;
        }
        int signature = variants.ofResponse(headers);
        if (signature == Variants.UNKNOWN
                || (signature != 0 && !cache.settings().processVary())) {
            return;
        }
        ByteBuf head = loop.sendBuffer();
        try {
            int fields = writeHead(response, head);
            countedSize =
                    COUNTED_ENTRY + head.readableBytes() - fields * Headers.PUNCTUATION + COUNTED_BLOCK * (fields + 2L);
            long length = Math.max(0, response.contentLength());
            if (countedSize + length > cache.settings().maxObjectBytes()
                    || head.readableBytes() > response.bytes().length - RESERVE) {
                return;
            }
            Entry entry = cache.begin(key, keyLength, hash, signature, variants, nowS);
            if (entry == null) {
                return;
            }
            stored = entry;
            storedIn = cache;
            if (!cache.reserve(entry, head.readableBytes())) {
                abandon();
                return;
            }
            entry.append(head, head.readableBytes());
            entry.headEnds(keyLength);
            entry.framing = response.framing();
            entry.http2 = response.isHttp2();
            entry.storedAtS = nowS;
            entry.expiresAtS = nowS + lifetimeS;
            entry.age = (int) Storable.age(headers);
            headers.removeAll(Storable.AGE); // as HAProxy does
        } finally {
            head.release();
        }
    }

    /** Writes the head but for its age, which will be another one; answers how many fields it has. */
    private static int writeHead(Response response, ByteBuf out) {
        byte[] bytes = response.bytes();
        out.writeBytes(response.minorVersion() > 0 ? HTTP_1_1 : HTTP_1_0);
        out.writeByte('0' + response.status() / 100)
                .writeByte('0' + response.status() / 10 % 10)
                .writeByte('0' + response.status() % 10)
                .writeByte(' ');
        out.writeBytes(bytes, response.reasonStart(), response.reasonEnd() - response.reasonStart());
        out.writeBytes(LINE_END);
        Headers headers = response.headers();
        int fields = 0;
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i)
                    && !Ascii.isIgnoreCase(bytes, headers.nameStart(i), headers.nameEnd(i), Storable.AGE)) {
                out.writeBytes(bytes, headers.nameStart(i), headers.nameEnd(i) - headers.nameStart(i));
                out.writeBytes(COLON);
                out.writeBytes(bytes, headers.valueStart(i), headers.valueEnd(i) - headers.valueStart(i));
                out.writeBytes(LINE_END);
                fields++;
            }
        }
        out.writeBytes(LINE_END);
        return fields;
    }

    /** Whether the response is being stored: its body has to come by here. */
    public boolean isStoring() {
        return stored != null;
    }

    /** This as a filter in front of another, null for none. */
    public BodyFilter before(@Nullable BodyFilter other) {
        next = other;
        return this;
    }

    @Override
    public void body(ByteBuf in, int length, boolean all, BodySink to) {
        keep(in, length);
        BodyFilter behind = next;
        if (behind == null) {
            to.body(in, length, all);
        } else {
            behind.body(in, length, all, to);
        }
    }

    private void keep(ByteBuf in, int length) {
        Entry entry = stored;
        Cache cache = storedIn;
        if (entry == null || cache == null || length == 0) {
            return;
        }
        countedSize += length;
        if (countedSize > cache.settings().maxObjectBytes() || !cache.reserve(entry, length)) {
            abandon();
        } else {
            entry.append(in, length);
        }
    }

    private void keep(Trailers trailers) {
        Entry entry = stored;
        Cache cache = storedIn;
        if (entry != null && cache != null) {
            if (cache.reserve(entry, trailers.end())) {
                entry.append(trailers.bytes(), 0, trailers.end());
            } else {
                abandon();
            }
        }
    }

    @Override
    public void flush(BodySink to) {
        BodyFilter behind = next;
        if (behind != null) {
            behind.flush(to);
        }
    }

    @Override
    public void end(@Nullable Trailers trailers, BodySink to) {
        if (stored != null) {
            stored.bodyEnds();
        }
        if (trailers != null && !trailers.isEmpty()) {
            keep(trailers);
        }
        Entry entry = stored;
        Cache cache = storedIn;
        if (entry != null && cache != null) {
            entry.countedSize = (int) countedSize + (entry.bodyLength() > 0 ? COUNTED_BLOCK : 0);
            stored = null;
            storedIn = null;
            cache.commit(entry, key, keyLength);
        }
        BodyFilter behind = next;
        if (behind != null) {
            next = null;
            behind.end(trailers, to);
        }
    }

    @Override
    public void close() {
        abandon();
        BodyFilter behind = next;
        if (behind != null) {
            next = null;
            behind.close();
        }
    }

    private void abandon() {
        Entry entry = stored;
        Cache cache = storedIn;
        if (entry != null && cache != null) {
            stored = null;
            storedIn = null;
            cache.abandon(entry);
        }
    }

    /** Whether a stored response has no body because there is none, or because none is wanted. */
    static boolean isBodiless(Entry entry, Facts facts) {
        return entry.framing == Framing.NONE || facts.request.method() == Method.HEAD;
    }
}
