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
 * Netty's epoll handler, with events that are true. Between the two stands a guard for each channel, because of what Netty 4.2.18
 * does by itself:
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
    private static final Event[] EVENTS = new Event[32];

    private static final Event INPUT;

    static {
        for (int bits = 0; bits < EVENTS.length; bits++) {
            EVENTS[bits] = new Event(EpollIoOps.valueOf(bits));
        }
        INPUT = EVENTS[EpollIoOps.EPOLLIN.value()];
    }

    private final IoHandler epoll;
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
        return epoll.run(context);
    }

    @Override
    public void initialize() {
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
    private final class Guard implements EpollIoHandle, IoRegistration {
        private final EpollIoHandle channel;
        private final int registeredIn;

        @SuppressWarnings("NullAway.Init") // epoll's own, set before anybody gets hold of this
        private IoRegistration registration;

        private boolean reads;

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
            int bits = ((EpollIoEvent) event).ops().value();
            if ((bits & EpollIoOps.EPOLLRDHUP.value()) == 0) {
                channel.handle(this, event);
                return;
            }
            channel.handle(this, EVENTS[bits % EVENTS.length]);
            if (reads && registration.isValid()) {
                channel.handle(this, INPUT); // a short read has left the end behind it
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
            EpollIoOps wanted = (EpollIoOps) wish;
            reads = wanted.contains(EpollIoOps.EPOLLIN);
            if (reads) {
                return registration.submit(wanted);
            }
            return registration.submit(wanted.contains(EpollIoOps.EPOLLOUT) ? EpollIoOps.EPOLLOUT : EpollIoOps.EPOLLET);
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
