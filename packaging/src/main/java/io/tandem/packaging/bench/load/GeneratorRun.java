// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** One {@link Plan} under way. Lives on the generator's event loop; counters may be read by any thread. */
public final class GeneratorRun implements ClientOwner {
    private static final long TICK_NS = TimeUnit.MICROSECONDS.toNanos(200);

    /** A request that found no connection for so long is not sent any more. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

    /** Connections that are being opened at a time, so that a backlog of 4096 never overflows. */
    private static final int MOST_OPENING = 512;

    private static final int OK = 200;
    private static final int MULTIPLE_CHOICES = 300;

    private final Generator generator;
    private final EventLoop loop;
    private final Plan plan;
    private final long graceNs;
    private final ByteBuf request;
    private final CompletableFuture<Measured> result = new CompletableFuture<>();
    private final Set<Client> clients = new HashSet<>();
    private final ArrayDeque<Client> idle = new ArrayDeque<>();
    private final Latencies latencies = new Latencies();
    private volatile ErrorListener errorListener = (what, waitedNs) -> {}; // set by any, called by the loop
    private int opening;
    private int sequence;
    private boolean started;
    private boolean sending;
    private long startNs;

    /** Requests are numbered: those below {@code due} should be on their way, those below {@code next} are or were given up. */
    private long due;

    private long next;

    /** Counted by the loop, read by any. */
    private final LongAdder answered = new LongAdder();

    private final LongAdder refused = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private long unsent;

    GeneratorRun(Generator generator, EventLoop loop, Plan plan, long graceNs) {
        this.generator = generator;
        this.loop = loop;
        this.plan = plan;
        this.graceNs = graceNs;
        request = Payload.of(plan.request().getBytes(StandardCharsets.US_ASCII));
    }

    public CompletableFuture<Measured> result() {
        return result;
    }

    /** Hears of each error, on the generator's event loop. */
    @FunctionalInterface
    public interface ErrorListener {
        /** @param waitedNs how long the request had been due; 0 where there was none */
        void onError(String what, long waitedNs);
    }

    /** From now on that one is told too. */
    public void onError(ErrorListener listener) {
        errorListener = listener;
    }

    /** Answers so far. */
    public long answered() {
        return answered.sum();
    }

    @Override
    public Plan plan() {
        return plan;
    }

    void begin() {
        startNs = System.nanoTime();
        openMore();
        if (plan.connectionPerRequest()) {
            startSending();
        } else {
            loop.schedule(this::startSending, 3, TimeUnit.SECONDS); // at the latest, if connections do not come
        }
    }

    /** Keeps as many connections as planned, {@link #MOST_OPENING} of them on their way. */
    private void openMore() {
        while (!result.isDone() && opening < MOST_OPENING && clients.size() < plan.connections()) {
            open();
        }
    }

    private void open() {
        Client client = new Client(this);
        clients.add(client);
        opening++;
        generator.connect(plan, client, sequence++);
    }

    private void startSending() {
        if (started) {
            return;
        }
        started = true;
        sending = true;
        startNs = System.nanoTime();
        loop.schedule(this::stopSending, plan.duration().toNanos(), TimeUnit.NANOSECONDS);
        if (plan.perSecond() > 0) {
            tick();
        } else {
            for (Client client = idle.poll(); client != null; client = idle.poll()) {
                client.send(request.duplicate(), startNs);
            }
        }
    }

    /** Sends what has become due by free connections, or opens more; what waited longer than a client would is given up. */
    private void tick() {
        if (!sending) {
            return;
        }
        long nowNs = System.nanoTime();
        due = (long) ((nowNs - startNs) * 1e-9 * plan.perSecond());
        long stale = (long) ((nowNs - startNs - PATIENCE_NS) * 1e-9 * plan.perSecond());
        if (next < stale) {
            unsent += stale - next;
            next = stale;
        }
        for (Client client = next < due ? idle.poll() : null;
                client != null;
                client = next < due ? idle.poll() : null) {
            sendNext(client);
        }
        for (long missing = due - next - opening;
                missing > 0 && clients.size() < plan.mostConnections() && opening < MOST_OPENING;
                missing--) {
            open();
        }
        loop.schedule(this::tick, TICK_NS, TimeUnit.NANOSECONDS);
    }

    private void sendNext(Client client) {
        client.send(request.duplicate(), startNs + (long) (next++ * 1e9 / plan.perSecond()));
    }

    /** A connection without a request: gives it one, or keeps it. */
    private void onFree(Client client) {
        if (sending && plan.perSecond() == 0) {
            client.send(request.duplicate(), System.nanoTime());
        } else if (sending && next < due) {
            sendNext(client);
        } else {
            idle.add(client);
        }
    }

    @Override
    public void onUsable(Client client) {
        opening--;
        if (result.isDone()) {
            client.close();
            return;
        }
        onFree(client);
        if (!started && idle.size() >= plan.connections()) {
            startSending();
        }
        openMore();
    }

    @Override
    public void onAnswer(Client client, long dueNs, int status) {
        long nowNs = System.nanoTime();
        if (status >= OK && status < MULTIPLE_CHOICES) {
            answered.increment();
            latencies.record(nowNs - dueNs);
        } else {
            refused.increment();
            errorListener.onError("status " + status, nowNs - dueNs);
        }
        if (plan.connectionPerRequest()) {
            return; // the proxy closes
        }
        onFree(client);
    }

    @Override
    public void onEnd(Client client, boolean usable, boolean waiting) {
        if (!usable) {
            opening--;
        }
        clients.remove(client);
        if (!usable || waiting) {
            failed.increment();
            errorListener.onError(usable ? "closed before an answer" : "no connection", client.waitedNs());
        }
        if (!waiting && usable && !plan.connectionPerRequest()) {
            idle.remove(client);
        }
        if (!result.isDone() && (sending || !started) && usable) {
            openMore();
        } else if (!result.isDone() && (sending || !started)) {
            loop.schedule(this::openMore, 10, TimeUnit.MILLISECONDS); // refused: not in a tight loop
        }
    }

    private void stopSending() {
        sending = false;
        long giveUpNs = System.nanoTime() + graceNs;
        awaitAnswers(giveUpNs);
    }

    private void awaitAnswers(long giveUpNs) {
        long waiting = clients.stream().filter(Client::isWaiting).count();
        long nowNs = System.nanoTime();
        if (waiting > 0 && nowNs - giveUpNs < 0) {
            loop.schedule(() -> awaitAnswers(giveUpNs), 1, TimeUnit.MILLISECONDS);
            return;
        }
        double seconds = (nowNs - startNs) / 1e9;
        result.complete(new Measured(answered.sum(), refused.sum(), failed.sum(), unsent, waiting, seconds, latencies));
        Set.copyOf(clients).forEach(Client::close);
        clients.clear();
    }
}
