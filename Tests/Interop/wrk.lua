-- What wrk counted, as one line of JSON.
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"microseconds":%d,"not_ok":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p99":%d}\n',
        summary.requests, summary.duration, errors.status, errors.connect, errors.read, errors.write,
        errors.timeout, latency:percentile(99)))
end
