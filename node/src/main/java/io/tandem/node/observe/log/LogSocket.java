// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.tandem.node.socket.UnixName;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends whole lines to one destination without ever waiting: what the kernel does not take at once is dropped and counted
 * by the caller. A datagram socket is connected, so that a line costs one system call and no object; when the receiver
 * comes back it is connected again, at most once a second.
 *
 * <p>Not thread-safe; one per thread that logs.
 */
final class LogSocket implements AutoCloseable {
    private static final long RETRY_NS = 1_000_000_000L;

    private final LogTarget.Destination destination;
    private @Nullable FileDescriptor open;
    private long retryAtNs;
    private boolean tried;

    LogSocket(LogTarget.Destination destination) {
        this.destination = destination;
    }

    /**
     * Sends one line.
     *
     * @param line a direct buffer; the bytes from 0 to its position
     * @return whether the kernel took it
     */
    boolean send(ByteBuffer line, long nowNs) {
        for (int attempt = 0; attempt < 2; attempt++) {
            FileDescriptor fd = open;
            if (fd == null) {
                fd = connect(nowNs);
                if (fd == null) {
                    return false;
                }
            }
            try {
                return fd.write(line, 0, line.position()) > 0;
            } catch (IOException receiverGone) {
                close();
            }
        }
        return false;
    }

    private @Nullable FileDescriptor connect(long nowNs) {
        if (tried && nowNs - retryAtNs < 0) {
            return null;
        }
        tried = true;
        retryAtNs = nowNs + RETRY_NS;
        try {
            open = connected();
        } catch (IOException notThere) {
            open = null; // tried again in a second; the caller counts the line as dropped
        }
        return open;
    }

    private FileDescriptor connected() throws IOException {
        Epoll.ensureAvailability(); // loads the native library the sockets are made with
        if (destination instanceof LogTarget.Destination.Udp udp) {
            Socket socket = Socket.newSocketDgram();
            return connectOrClose(socket, udp.address());
        }
        if (destination instanceof LogTarget.Destination.Unix unix) {
            if (UnixName.isAbstract(unix.address())) {
                return new FileDescriptor(UnixName.connectDatagrams(unix.address()));
            }
            Socket socket = Socket.newSocketDomainDgram();
            return connectOrClose(socket, unix.address());
        }
        return new FileDescriptor(((LogTarget.Destination.Descriptor) destination).fd());
    }

    private static FileDescriptor connectOrClose(Socket socket, java.net.SocketAddress address) throws IOException {
        try {
            socket.connect(address);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Closes a socket of ours; never a descriptor that was given to us. */
    @Override
    public void close() {
        FileDescriptor fd = open;
        open = null;
        if (fd != null && !(destination instanceof LogTarget.Destination.Descriptor)) {
            try {
                fd.close();
            } catch (IOException ignored) {
                // nothing is lost with it
            }
        }
    }
}
