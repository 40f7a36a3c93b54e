// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.mail;

import io.tandem.node.observe.EventLog;
import io.tandem.node.observe.ring.Courier;
import java.net.InetSocketAddress;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who is told by mail what happens to a proxy's servers. Settings come from the thread that loads, alerts from any. */
public final class Mailing {
    private final Courier courier;
    private final EventLog events;
    private volatile Map<String, Subscription> subscriptions =
            Map.of(); // written by the thread that loads, read by any

    /**
     * What a proxy's {@code email-alert} lines say.
     *
     * @param maxLevel alerts less important than that are not sent, 0..7
     * @param helo the name we introduce ourselves by
     */
    record Order(String from, String to, int maxLevel, String helo, List<Mailer> mailers, int timeoutMs) {}

    /** A {@code mailer} line. */
    record Mailer(String name, InetSocketAddress address) {}

    private record Subscription(Order order, List<MailQueue> queues) {}

    public Mailing(Courier courier, EventLog events) {
        this.courier = courier;
        this.events = events;
        events.onAlert(this::alert);
    }

    /** From now on these proxies have mails sent; a proxy whose lines are the same keeps what waits. */
    void use(Map<String, Order> orders) {
        Map<String, Subscription> before = subscriptions;
        Map<String, Subscription> next = new HashMap<>();
        orders.forEach((proxy, order) -> {
            Subscription same = before.get(proxy);
            next.put(proxy, same != null && same.order().equals(order) ? same : subscribe(order));
        });
        subscriptions = next;
        before.forEach((proxy, old) -> {
            if (!old.order().equals(orders.get(proxy))) {
                old.queues().forEach(MailQueue::close);
            }
        });
    }

    private Subscription subscribe(Order order) {
        List<MailQueue> queues = new ArrayList<>();
        for (Mailer mailer : order.mailers()) {
            queues.add(new MailQueue(courier.loop(), mailer.name(), mailer.address(), order.timeoutMs(), events));
        }
        return new Subscription(order, queues);
    }

    private void alert(int level, String proxy, String text) {
        Subscription subscription = subscriptions.get(proxy);
        if (subscription == null || level > subscription.order().maxLevel()) {
            return;
        }
        Order order = subscription.order();
        Mail mail = new Mail(order.helo(), order.from(), order.to(), text, ZonedDateTime.now(ZoneId.systemDefault()));
        subscription.queues().forEach(queue -> queue.send(mail));
    }
}
