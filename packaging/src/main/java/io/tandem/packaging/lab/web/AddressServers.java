// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.web;

import io.tandem.packaging.lab.host.Host;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Web servers that answer each request with the address they were reached at, as the tutorial's PHP page does.
 *
 * <p>They end with the process. One thread serves all of them: a socket keeps the network namespace it was opened in, so only the listening sockets
 * are opened inside the hosts.
 */
public final class AddressServers {
    private static final int PORT = 80;
    private static final int BACKLOG = 1024;

    private final Selector selector;

    private AddressServers(Selector selector) {
        this.selector = selector;
    }

    /** Opens port 80 in each host and starts answering. */
    public static void start(Iterable<Host> hosts) throws IOException {
        List<ServerSocketChannel> listeners = new ArrayList<>();
        for (Host host : hosts) {
            ServerSocketChannel listener = host.network().run(ServerSocketChannel::open);
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listener.bind(new InetSocketAddress(host.place().address(), PORT), BACKLOG);
            listeners.add(listener);
        }
        answer(listeners);
    }

    /** Starts answering on those listening sockets. */
    static void answer(List<ServerSocketChannel> listeners) throws IOException {
        AddressServers servers = new AddressServers(Selector.open());
        for (ServerSocketChannel listener : listeners) {
            listener.configureBlocking(false);
            listener.register(servers.selector, SelectionKey.OP_ACCEPT);
        }
        Thread thread = new Thread(servers::serve, "web servers");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        try {
            while (true) {
                selector.select();
                Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
                while (keys.hasNext()) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    handle(key);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("web servers: the selector failed", e);
        }
    }

    private void handle(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept((ServerSocketChannel) key.channel());
            } else if (key.attachment() instanceof WebConnection connection && !connection.onReady(key)) {
                key.channel().close();
            }
        } catch (IOException | java.nio.channels.CancelledKeyException e) {
            closeQuietly(key);
        }
    }

    private void accept(ServerSocketChannel listener) throws IOException {
        SocketChannel client = listener.accept();
        if (client == null) {
            return;
        }
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        client.register(selector, SelectionKey.OP_READ, new WebConnection(client));
    }

    private static void closeQuietly(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // the client went away; there is nothing left to close
        }
    }
}
