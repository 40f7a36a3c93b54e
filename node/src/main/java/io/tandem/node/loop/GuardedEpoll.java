// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/**
 * Netty's epoll handler, with events that are true, in the order {@link Turn} wants them. Between the two stands a guard for each
 * channel, because of what Netty 4.2.18 does by itself:
 *
 * <ul>
 *   <li>It finds channels by their descriptors. What {@code epoll_wait} said of a connection that is closed by an event before
 *       it in the same batch reaches the new connection that got its number. A channel here hears nothing of the batch in which
 *       it was registered: it cannot be meant, and what is true of it is said again.
 *   <li>A hang-up makes it read to the end at once and ever after, whatever {@code autoRead} says: megabytes, or with the event
 *       of another connection without any end. A hang-up here is a reason to read once more in the same batch, as far as reading
 *       is wanted; where it is not, the kernel is not asked for it, and the end is found behind the last byte.
 *   <li>A channel that wants nothing is taken out of the epoll set and cannot be put in again: the next wish fails and closes it.
 *       It stays in the set here, edge-triggered, so that an error is told once.
 * </ul>
 */
public final class GuardedEpoll implements IoHandler {
    /** Events without EPOLLRDHUP, by their bits: EPOLLIN 1, EPOLLOUT 4, EPOLLERR 8, EPOLLHUP 16. */
    private static final int EVENTS_LENGTH = 32;

    private static final Event[] EVENTS = new Event[EVENTS_LENGTH];

    static {
        for (int bits = 0; bits < EVENTS.length; bits++) {
            EVENTS[bits] = new Event(EpollIoOps.valueOf(bits));
        }
    }

    private final IoHandler epoll;
    private final Turn turn = new Turn();
    /** Counts the batches of events. */
    private int batch;

    private GuardedEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    /** Makes one for each event loop of a group. */
    public static IoHandlerFactory factory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new GuardedEpoll(factory.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        Guard guard = new Guard((EpollIoHandle) handle, batch);
        guard.registration = epoll.register(guard);
        return guard;
    }

    @Override
    public int run(IoHandlerContext context) {
        batch++;
        int events = epoll.run(turn.begin(context));
        turn.end();
        return events;
    }

    @Override
    public void initialize() {
        turn.start();
        epoll.initialize();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    private record Event(EpollIoOps ops) implements EpollIoEvent {}

    /** Stands for a channel before epoll, and for epoll before the channel. */
    private final class Guard extends Turn.Source implements EpollIoHandle, IoRegistration {
        private static final int READS = 1;
        private static final int WRITES = 4;
        /** Errors, hang-ups and the other side's end are told unasked; EPOLLRDHUP stands behind the others' bits here. */
        private static final int UNASKED = 8 | 16 | EVENTS_LENGTH;

        private final EpollIoHandle channel;
        private final int registeredIn;

        @SuppressWarnings("NullAway.Init") // epoll's own, set before anybody gets hold of this
        private IoRegistration registration;

        private byte wanted;

        Guard(EpollIoHandle channel, int registeredIn) {
            this.channel = channel;
            this.registeredIn = registeredIn;
        }

        // ---- what epoll says

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            if (batch == registeredIn) {
                return; // said of the descriptor's last owner
            }
            int said = ((EpollIoEvent) event).ops().value();
            int bits = said % EVENTS_LENGTH;
            if ((said & EpollIoOps.EPOLLRDHUP.value()) != 0) {
                bits |= EVENTS_LENGTH;
            }
            if (wanted == 0) {
                take(bits); // told but once
            } else {
                turn.take(this, bits);
            }
        }

        @Override
        void take(int bits) {
            int still = bits & (wanted | UNASKED); // it may have waited
            if (still == 0 || !registration.isValid()) {
                return;
            }
            turn.heard(this);
            channel.handle(this, EVENTS[still % EVENTS_LENGTH]);
            if (still >= EVENTS_LENGTH && (wanted & READS) != 0 && registration.isValid()) {
                channel.handle(this, EVENTS[READS]); // a short read has left the end behind it
            }
        }

        @Override
        public FileDescriptor fd() {
            return channel.fd();
        }

        @Override
        public void registered() {
            channel.registered();
        }

        @Override
        public void unregistered() {
            channel.unregistered();
        }

        @Override
        public void close() throws Exception {
            channel.close();
        }

        // ---- what the channel wants

        @Override
        public long submit(IoOps wish) {
            EpollIoOps ops = (EpollIoOps) wish;
            wanted = (byte) (ops.value() & (READS | WRITES));
            if ((wanted & READS) != 0) {
                return registration.submit(ops);
            }
            return registration.submit(wanted == 0 ? EpollIoOps.EPOLLET : EpollIoOps.EPOLLOUT);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
