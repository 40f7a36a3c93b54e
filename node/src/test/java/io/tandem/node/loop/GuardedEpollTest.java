// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.tandem.node.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a channel hears of its socket, and what it does not. */
class GuardedEpollTest {
    /** What may have been read before anybody could say stop. */
    private static final int AT_ONCE = 2 * ReceiveBuffer.DEFAULT_SIZE;

    private Loops loops;
    private Loop loop;
    private ServerSocketChannel listener;
    private final List<SocketChannel> peers = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        loops = Loops.start(1);
        loop = loops.get(0);
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() throws IOException {
        for (SocketChannel peer : peers) {
            peer.close();
        }
        listener.close();
        loops.close();
    }

    /** Reads until it is told to stop, and counts. */
    private static final class Reader extends ChannelInboundHandlerAdapter {
        volatile long bytes;
        volatile boolean inputEnded;
        volatile boolean ended;
        volatile boolean patient;
        /** Told of the first bytes. */
        Runnable onFirst = () -> {};

        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // written by its loop alone
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf in = (ByteBuf) message;
            boolean first = bytes == 0;
            bytes += in.readableBytes();
            in.release();
            if (patient) {
                context.channel().config().setAutoRead(false);
            }
            if (first) {
                onFirst.run();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            inputEnded |= event == ChannelInputShutdownEvent.INSTANCE;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended = true;
        }
    }

    private EpollSocketChannel channel(Reader reader) {
        EpollSocketChannel channel = new EpollSocketChannel();
        channel.config().setRecvByteBufAllocator(loop.receiveBuffer());
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.pipeline().addLast(reader);
        loop.eventLoop().register(channel);
        return channel;
    }

    private EpollSocketChannel connected(Reader reader) throws Exception {
        EpollSocketChannel channel = channel(reader);
        channel.connect(listener.getLocalAddress()).sync();
        peers.add(listener.accept());
        return channel;
    }

    private SocketChannel lastPeer() {
        return peers.get(peers.size() - 1);
    }

    /** As many bytes as the kernel takes, the reader's turns included. */
    private long fill(SocketChannel peer, long most) throws Exception {
        peer.configureBlocking(false);
        long written = 0;
        int full = 0;
        while (full < 5 && written < most) {
            int count = peer.write(ByteBuffer.allocate((int) Math.min(1 << 16, most - written)));
            written += count;
            full = count == 0 ? full + 1 : 0;
            turns();
        }
        return written;
    }

    /** Lets the loop look at its sockets a few times. */
    private void turns() throws Exception {
        for (int i = 0; i < 3; i++) {
            loop.eventLoop().submit(() -> {}).sync();
        }
    }

    private static void reset(SocketChannel peer) throws IOException {
        peer.setOption(StandardSocketOptions.SO_LINGER, 0);
        peer.close();
    }

    /**
     * The first of two connections whose events come together closes the second, and opens a third, which gets the second one's
     * descriptor.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNewConnectionHearsNothingOfTheOneWhoseDescriptorItGot(boolean reset) throws Exception {
        boolean tried = false;
        for (int attempt = 0; attempt < 20 && !tried; attempt++) {
            tried = succeed(reset);
        }
        assertThat(tried).as("the descriptor was used again").isTrue();
    }

    private boolean succeed(boolean reset) throws Exception {
        Reader first = new Reader();
        Reader newcomer = new Reader();
        newcomer.patient = true;
        AtomicReference<EpollSocketChannel> opened = new AtomicReference<>();
        connected(first);
        SocketChannel peerOfFirst = lastPeer();
        EpollSocketChannel second = connected(new Reader());
        SocketChannel peerOfSecond = lastPeer();
        int descriptor = second.fd().intValue();
        first.onFirst = () -> {
            second.close();
            EpollSocketChannel third = channel(newcomer);
            third.config().setAutoRead(false);
            opened.set(third);
            try {
                third.connect(listener.getLocalAddress());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        };
        CountDownLatch ready = new CountDownLatch(1);
        loop.eventLoop().execute(() -> awaitUninterruptibly(ready));
        peerOfFirst.write(ByteBuffer.allocate(1));
        if (reset) {
            reset(peerOfSecond);
        } else {
            peerOfSecond.close();
        }
        ready.countDown();
        Await.until("the third connection is opened", () -> opened.get() != null);
        EpollSocketChannel third = Objects.requireNonNull(opened.get());
        if (third.fd().intValue() != descriptor) {
            third.close().sync();
            peers.add(listener.accept());
            return false;
        }
        peers.add(listener.accept());
        long sent = fill(lastPeer(), 64L << 20);
        third.config().setAutoRead(true);
        Await.until("something is read", () -> newcomer.bytes > 0);
        turns();
        assertThat(third.isActive()).isTrue();
        assertThat(sent).isGreaterThan(AT_ONCE);
        assertThat(newcomer.bytes).isBetween(1L, (long) AT_ONCE);
        return true;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anEndIsFoundBehindTheLastByteAndNotBefore() throws Exception {
        Reader reader = new Reader();
        reader.patient = true;
        EpollSocketChannel channel = channel(reader);
        channel.config().setReceiveBufferSize(400_000);
        channel.config().setAutoRead(false);
        channel.connect(listener.getLocalAddress()).sync();
        peers.add(listener.accept());
        int sent = 150_000; // all of it, and the end, arrive without anybody reading
        ByteBuffer out = ByteBuffer.allocate(sent);
        while (out.hasRemaining()) {
            lastPeer().write(out);
        }
        lastPeer().close();
        channel.config().setAutoRead(true);
        Await.until("something is read", () -> reader.bytes > 0);
        turns();
        assertThat(reader.bytes).isBetween(1L, (long) AT_ONCE);
        assertThat(reader.ended).isFalse();

        reader.patient = false;
        channel.config().setAutoRead(true);
        Await.until("the end", () -> reader.ended);
        assertThat(reader.bytes).isEqualTo(sent);
    }

    /** What is put off until after the event that brought the last bytes sees that the connection has ended. */
    @Test
    void anEndThatIsThereIsFoundTogetherWithTheLastBytes() throws Exception {
        Reader reader = new Reader();
        AtomicReference<Boolean> activeAfterwards = new AtomicReference<>();
        EpollSocketChannel channel = connected(reader);
        reader.onFirst = () -> loop.eventLoop().execute(() -> activeAfterwards.set(channel.isActive()));
        CountDownLatch ready = new CountDownLatch(1);
        loop.eventLoop().execute(() -> awaitUninterruptibly(ready));
        lastPeer().write(ByteBuffer.allocate(100));
        lastPeer().close();
        ready.countDown();

        Await.until("what was put off has run", () -> activeAfterwards.get() != null);
        assertThat(activeAfterwards.get()).isFalse();
    }

    @Test
    void aPeerThatHasEndedIsSentAllOfALongAnswer() throws Exception {
        Reader reader = new Reader();
        EpollSocketChannel channel = connected(reader);
        channel.config().setAllowHalfClosure(true);
        lastPeer().shutdownOutput();
        Await.until("the peer's end", () -> reader.inputEnded);
        turns();

        int length = 16 << 20; // more than the kernel takes at once
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[length]));
        turns();
        ByteBuffer in = ByteBuffer.allocate(1 << 16);
        long received = 0;
        for (int count = 0; received < length && count >= 0; received += Math.max(0, count)) {
            count = lastPeer().read(in.clear());
        }
        assertThat(received).isEqualTo(length);
    }

    @Test
    void aPeerThatHasEndedMayBeReadFromAgain() throws Exception {
        Reader reader = new Reader();
        EpollSocketChannel channel = connected(reader);
        channel.config().setAllowHalfClosure(true);
        lastPeer().shutdownOutput();
        Await.until("the peer's end", () -> reader.inputEnded);
        turns();

        loop.eventLoop().submit(() -> channel.config().setAutoRead(false)).sync();
        turns();
        loop.eventLoop().submit(() -> channel.config().setAutoRead(true)).sync();
        turns();
        assertThat(reader.ended).isFalse();
        assertThat(channel.isActive()).isTrue();
    }

    @Test
    void aResetIsNoticedWithoutReading() throws Exception {
        Reader reader = new Reader();
        EpollSocketChannel channel = connected(reader);
        channel.config().setAutoRead(false);
        turns();

        reset(lastPeer());
        Await.until("the end", () -> reader.ended);
        assertThat(reader.bytes).isZero();
    }
}
