// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * A context of the TLS engine, some 28 KB that the garbage collector does not see. It is given back once: by its owner when no
 * connection will be begun with it any more, or by a cleaner where nobody did (a configuration that was refused, say).
 * Connections hold what they need of it until they end. Thread-safe.
 */
public final class EngineContext {
    private static final Cleaner CLEANER = Cleaner.create();

    private final SslContext context;
    private final boolean resumes;
    private final Cleaner.Cleanable owned;

    /** @param context becomes this object's own */
    public EngineContext(SslContext context) {
        this(context, true);
    }

    /** @param resumes whether a client's sessions are looked for under the name of its peer */
    public EngineContext(SslContext context, boolean resumes) {
        this.context = context;
        this.resumes = resumes;
        owned = CLEANER.register(this, () -> ReferenceCountUtil.release(context));
    }

    public SslContext context() {
        return context;
    }

    /** The handler of a connection's handshake, one record at a time; null where the context has been given back. */
    public @Nullable SslHandler handshake(ByteBufAllocator allocator) {
        return handshake(allocator, null);
    }

    /** @param peer under which a client's sessions are kept; null for a server's */
    public @Nullable SslHandler handshake(ByteBufAllocator allocator, @Nullable String peer) {
        try {
            ReferenceCountUtil.retain(context);
        } catch (IllegalReferenceCountException given) {
            return null;
        }
        try {
            return new SslHandler(
                    peer == null || !resumes ? context.newEngine(allocator) : context.newEngine(allocator, peer, 0));
        } finally {
            ReferenceCountUtil.release(context); // the engine has a reference of its own
            Reference.reachabilityFence(this);
        }
    }

    /** No connection begins with it any more. Any number of times, any thread. */
    public void giveBack() {
        owned.clean();
    }
}
