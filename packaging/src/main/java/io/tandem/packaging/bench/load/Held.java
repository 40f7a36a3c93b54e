// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections that are opened a few at a time, make one request each where the plan has one, and then stay. */
public final class Held implements ClientOwner {
    private final Generator generator;
    private final EventLoop loop;
    private final Plan plan;
    private final int atATime;
    private final ByteBuf request;
    private final CompletableFuture<Integer> ready = new CompletableFuture<>();
    private final Set<Client> clients = new HashSet<>();
    private final AtomicInteger standing = new AtomicInteger();
    private int opened;
    private int failed;

    Held(Generator generator, EventLoop loop, Plan plan, int atATime) {
        this.generator = generator;
        this.loop = loop;
        this.plan = plan;
        this.atATime = atATime;
        request = Payload.of(plan.request().getBytes(StandardCharsets.US_ASCII));
    }

    /** Completes when all were opened or have failed; the number of those that could not be had. */
    public CompletableFuture<Integer> ready() {
        return ready;
    }

    /** How many stand now. Any thread. */
    public int standing() {
        return standing.get();
    }

    /** Closes them all. */
    public void release() {
        loop.execute(() -> {
            Set.copyOf(clients).forEach(Client::close);
            clients.clear();
        });
    }

    void begin() {
        for (int i = 0; i < atATime; i++) {
            openNext();
        }
    }

    private void openNext() {
        if (opened < plan.connections()) {
            Client client = new Client(this);
            clients.add(client);
            generator.connect(plan, client, opened++);
        } else if (standing.get() + failed >= plan.connections()) {
            ready.complete(failed);
        }
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public void onUsable(Client client) {
        if (request.isReadable()) {
            client.send(request.duplicate(), System.nanoTime());
        } else {
            stands();
        }
    }

    @Override
    public void onAnswer(Client client, long dueNs, int status) {
        stands();
    }

    private void stands() {
        standing.incrementAndGet();
        openNext();
    }

    @Override
    public void onEnd(Client client, boolean usable, boolean waiting) {
        clients.remove(client);
        if (ready.isDone()) {
            standing.decrementAndGet();
        } else {
            failed++;
            if (usable && !waiting) {
                standing.decrementAndGet(); // it stood already
            }
            loop.execute(this::openNext);
        }
    }
}
