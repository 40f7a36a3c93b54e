// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressServersTest {
    private static final int LIMIT_MS = 5_000;

    private ServerSocketChannel listener;

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        AddressServers.answer(List.of(listener));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void theBodyIsTheAddressTheRequestCameTo() throws IOException {
        assertThat(answer("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Type: text/html; charset=UTF-8\r\n", "Content-Length: 9\r\n")
                .endsWith("\r\n\r\n127.0.0.1");
    }

    @Test
    void pipelinedRequestsAndBodiesAreAnsweredOneByOne() throws IOException {
        String answers = answer("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
                + "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
                + "GET / HTTP/1.0\r\n\r\n");
        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(4);
        assertThat(answers.split("127.0.0.1", -1)).hasSize(3);
    }

    @Test
    void whatIsNotHttpIsRefusedAndTheConnectionEnds() throws IOException {
        assertThat(answer("hello\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answer("GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answer("x".repeat(16 * 1024))).startsWith("HTTP/1.1 400 ");
    }

    private String answer(String request) throws IOException {
        InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(LIMIT_MS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
